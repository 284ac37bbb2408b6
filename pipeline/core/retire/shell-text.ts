/** A text as one word of a shell script. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * `pace AT COUNT`: waits until that one of so many acts is due, which are spread evenly over `seconds` from now on. Who is late
 * does not wait. An uptime has hundredths of a second in every Linux.
 */
export const keepPace = (seconds: number): string => `hundredths() {
  read -r up _ < /proc/uptime
  now=\${up%.*}\${up#*.}
}
hundredths
began=$now
pace() {
  hundredths
  while [ $(((now - began) * $2)) -lt $(($1 * ${seconds * 100})) ]; do sleep 0.05; hundredths; done
}`;
