/** What `--help` says beyond the list of options. Written for somebody who comes from mup and is no AWS expert. */
export const helpTexts = {
  redeploy: `
Examples:
  redeploy init                       write redeploy.json and settings/ for the app here
  redeploy deploy --sandbox           rehearse all of it on this machine, with no AWS account
  redeploy deploy -e production       build, bake and roll out; nobody notices
  redeploy run -e staging             try the image here, before anything is deployed
  redeploy status -e production       which release runs, on which machines, since when
  redeploy logs -e production -f      what the app prints, on all its machines
  redeploy rollback -e production     the previous release: its code and its settings, in minutes
  redeploy retire plan -e production  take the old load balancer out of service, step by step
  redeploy deploy --help              more about one command

Where things live:
  redeploy.json                       app, region, environments; the only configuration there is
  settings/<environment>.json         Meteor's settings of that environment
  settings/<environment>.env          MONGO_URL, MAIL_URL and the like; keep it out of git
  AWS                                 everything else, found again by name and tags

AWS credentials come from where every AWS tool takes them: AWS_PROFILE, aws sso login,
a role of the machine.

Exit codes:
  0    done
  1    failed, and said why
  2    mistake in settings or command line
  70   a bug in meteor-redeploy
  130  interrupted
`,
  init: `
Writes redeploy.json, settings/<environment>.json and settings/<environment>.env, and keeps
*.env out of git. Overwrites nothing.

Examples:
  redeploy init                       asks for name, region and environment
  redeploy init --app shop --region eu-central-1 --environment production --yes

From mup, one environment for each mup.js; docs/from-mup.md tells what happens to every key:
  redeploy init --from-mup .deploy/mup.js
  redeploy init --from-mup .deploy/mup.staging.js --settings .deploy/staging.json -e staging

A release job on GitHub, also for an app that has its redeploy.json; docs/github.md tells more:
  redeploy init --github
`,
  deploy: `
What it does, each step only if it is not done already:
  bundle       meteor build, for the architecture of the machines
  image        a Docker image of the bundle, pushed to ECR
  ami          a machine image with that image in it, baked by a machine that goes away afterwards
  foundation   security groups, roles, secret, load balancer
  fleet        a new release of the Auto Scaling group; old machines go when new ones are healthy
  traffic      asks the load balancer until the new release answers

In a terminal it shows the plan and asks first; --yes does not ask. Without a terminal (CI, cron)
nothing is asked.

Only settings changed: no build, no bake. Nothing changed: nothing moves. A release that does not
become healthy is taken back by itself. Cut off in the middle: run it again, it goes on from there.
Ctrl-C takes back what is half-done.

Examples:
  redeploy deploy -e staging
  redeploy deploy -e production --bundle ../build.tar.gz     a bundle that CI has built
  redeploy deploy --sandbox --verbose                        watch meteor build and Docker
`,
  rollback: `
Moves the fleet to an earlier release: its code and the settings it ran with. No build, no bake.
Without a number: the newest release before the live one that worked.

Examples:
  redeploy releases -e production     what there is
  redeploy rollback -e production     the one before
  redeploy rollback v41 -e production  exactly that one; also forward again
`,
  run: `
Builds the image as deploy does, and runs it on this machine with the environment's settings and variables
and the flags that an instance has: no capabilities, an ordinary user, drain on stop. What the app prints follows;
the address comes when it is healthy. The first Ctrl-C drains and stops it, the second one kills it; no container
and no settings are left. AWS is not asked, unless \`secrets\` in redeploy.json refers to it.

ROOT_URL is http://localhost:<port> unless the .env file sets it.

Examples:
  redeploy run -e staging
  redeploy run -e production --bundle ../build.tar.gz --port 8080
`,
  status: `
Only looks. Prints the live release and since when, every machine with its zone, release, health
and age, the roll that is under way, the address, and what an interrupted run left behind.
`,
  logs: `
Only looks. Prints what the app wrote on all its machines, oldest line first: time, release, machine, line.
CloudWatch has it, also of machines that are gone, for as long as \`logs.retentionDays\` says. A line is there
up to ten seconds after it was printed.

Examples:
  redeploy logs -e production -f              from now on, until Ctrl-C
  redeploy logs -e production --since 15m --search Error
  redeploy logs v42 -n 500                    of the release that was taken back, say
`,
  repair: `
Removes or completes what a run that was cut off (a closed laptop, a CI timeout) left half-made, without a deploy: machines
of a bake, failed AMIs, snapshots without an AMI, a fleet of two releases, a roll that nobody watches, suspended processes.
The next deploy does the same by itself; \`redeploy status\` shows what there is. What may still be in use is left alone.

Examples:
  redeploy repair -e production
`,
  releases: `
Only looks. Newest first, with git revision, image, AMI and version of the settings.
`,
  doctor: `
Only looks, at everything side by side: Docker and its room, disk, Meteor, Node, credentials, clock,
permissions (dry runs), quotas, network, base AMI, certificate, domain, alarms, and what is wrong
with the fleet. Each finding comes with what to do. Exit code 1 when a deploy would fail. docs/doctor.md.

Examples:
  redeploy doctor -e production
  redeploy doctor --sandbox
`,
  plan: `
Only looks: builds nothing, changes nothing. Prints what deploy would make, change, move and
remove, with why, how long it takes and what it costs; what somebody changed by hand in AWS, and
whether deploy puts it right. docs/plan.md explains it. deploy shows the same and asks, when it
runs in a terminal.

Examples:
  redeploy plan -e production
  redeploy plan -e production --json           with the AWS operations that each change takes
  redeploy plan -e production --prices         today's prices, looked up in AWS's price list
  redeploy plan -e production --exit-code      2: there are changes; 0: none; 1: it failed
`,
  iam: `
Prints what to hand to IAM, filled in for the app, its environments (or one), the account and
the region; the document alone is on stdout. Documents:
  deployer                            all that redeploy needs; as inline policy of a role
  viewer, deployer-fleet,             the same in three, each short enough for a managed policy;
    deployer-content                  viewer alone is enough for plan, status, logs and the like
  retire                              what cutover and retire need besides; only while that lasts
  boundary                            what the roles of machines can have at most
  builder, instance                   what redeploy gives the machines' roles by itself
  github, github-plan                 trust of the roles of the release job, of its pull requests

Examples:
  redeploy iam                        the commands that set all up, in order
  redeploy iam viewer > viewer.json
  redeploy iam github --repo acme/shop -e production
`,
  destroy: `
Only looks. Prints a script for sh and the AWS command line that removes everything of one environment: machines,
load balancer, releases with their AMIs and snapshots, security groups, roles, logs and settings. Nothing is removed
until somebody who may runs it; who deploys may not. What stays is named at its end.

Examples:
  redeploy destroy -e staging > destroy.sh    read it, then: sh destroy.sh
`,
  cutover: `
Moves the public names (retire.hostnames) from the old load balancer to the new one. In a Route 53 zone of
this account: share by share (retire.shiftPercents), each watched for retire.shiftPauseSeconds, and
back by itself when the new side fails more or is slower than the old one. With other DNS: tells the
change and waits until the resolvers show it. Run again, it goes on from where the records are.

Examples:
  redeploy retire plan -e production        first: old and new must answer alike
  redeploy cutover -e production            all of it
  redeploy cutover -e production --weight 5  five in a hundred, and stop there
  redeploy cutover -e production --back     as it was
`,
  retire: `
Takes the old single-instance load balancer (retire in redeploy.json) out of service, one step after the
other. Every step asks for fresh evidence of the one before, can be run again, and can be taken back with
\`redeploy retire back\` until the machine is terminated. docs/retire.md walks through it.

  plan         old and new compared, and who else uses the old machine
  shift        the public name moves (redeploy cutover)
  forward      the old machine sends who still comes to the new load balancer
  watch        who still comes, until nobody has for retire.soakHours and a week; --once in a scheduled job
  stop         stopped, its configuration kept
  snapshot     an image of it
  terminate    for ever: asks for its name
  release-ip   for ever: asks for the address
`,
  sandbox: `
An AWS that fits into this machine: real machines (containers with systemd and a Docker of their
own), a real load balancer, a registry. It needs Docker, and nothing else. \`--sandbox\` on any
command starts it when it is not up.

Examples:
  redeploy sandbox up                 start it
  redeploy deploy --sandbox           deploy into it
  redeploy sandbox status             machines, load balancers and their addresses
  redeploy sandbox down --wipe        stop it and forget its world

Bad weather to rehearse in ([] makes it fine again; kinds: throttling, unavailable, reset,
lost-answer, lag, expired-credentials, no-capacity, stuck-images, registry-breaks, machine-dies):
  curl -d '[{"kind": "throttling", "every": 3}]' http://127.0.0.1:4780/_sandbox/weather

Where things live:
  ~/.cache/meteor-redeploy/sandbox    state, log, pid; REDEPLOY_SANDBOX_DIR moves it
  http://127.0.0.1:4780               its API and registry; REDEPLOY_SANDBOX_PORT moves it
`,
};
