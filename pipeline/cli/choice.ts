import type { PolicyName } from '../core/policy-names.ts';

/** Options that every command takes. */
export interface Common {
  appDir: string;
  json: boolean;
  color: boolean;
  verbose: boolean;
}

/** Options of the commands that work on one environment. */
export interface Targeted extends Common {
  environment?: string;
  /** In the sandbox on this machine instead of AWS. */
  sandbox: boolean;
}

/** Commands of the same options. */
type Each<C extends string, Options> = C extends string ? { command: C; options: Options } : never;

/** What the user asked for: one command with its options, checked as far as that goes without looking anywhere. */
export type Choice =
  | {
      command: 'init';
      options: Common & {
        app?: string;
        region?: string;
        environment?: string;
        yes: boolean;
        /** A mup.js, or its directory. */
        fromMup?: string;
        /** With `fromMup`: the settings file, if it is not settings.json beside mup.js. */
        settings?: string;
        /** Write the workflow of a release job, too. */
        github: boolean;
      };
    }
  | { command: 'deploy'; options: Targeted & { bundle?: string; wait: boolean; yes: boolean } }
  | { command: 'rollback'; options: Targeted & { wait: boolean }; to?: string }
  | { command: 'run'; options: Targeted & { bundle?: string; port?: number } }
  | { command: 'status'; options: Targeted }
  | { command: 'repair'; options: Targeted }
  | { command: 'destroy'; options: Targeted }
  | {
      command: 'logs';
      options: Targeted & { follow: boolean; lines: number; since: number; machine?: string; search?: string };
      /** One release alone: `v41`. */
      release?: string;
    }
  | { command: 'releases'; options: Targeted }
  | { command: 'doctor'; options: Targeted & { bundle?: string } }
  | { command: 'plan'; options: Targeted & { bundle?: string; exitCode: boolean; prices: boolean } }
  | Each<'cutover' | 'retire shift', Targeted & { weight?: number; back: boolean }>
  | Each<'retire plan' | 'retire status' | 'retire stop' | 'retire snapshot' | 'retire back', Targeted>
  | { command: 'retire forward'; options: Targeted & { show: boolean } }
  | { command: 'retire watch'; options: Targeted & { once: boolean } }
  | Each<'retire terminate' | 'retire release-ip', Targeted & { confirm?: string }>
  | {
      command: 'iam';
      options: Targeted & {
        /** Number of the account; that of the credentials unless given. */
        account?: string;
        /** `owner/name` on GitHub; the origin of the git repository unless given. */
        repo?: string;
      };
      /** Which document; the commands that set everything up unless given. */
      name?: PolicyName;
    }
  | {
      command: 'sandbox up';
      options: Common & { region?: string; machines: 'docker' | 'simulated'; latency: 'none' | 'aws' };
    }
  | { command: 'sandbox down'; options: Common & { wipe: boolean } }
  | { command: 'sandbox status'; options: Common }
  | { command: 'sandbox logs'; options: Common & { follow: boolean; lines: number } };

export type CommandName = Choice['command'];
export type ChoiceOf<C extends CommandName> = Extract<Choice, { command: C }>;
