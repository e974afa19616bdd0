/** Why a backup would be refused as the hosts are now, judged by the rules that the run itself refuses by. Plain data. */

export interface Refusal {
  /** One sentence, without a full stop. */
  readonly reason: string;
  /** What to do instead; absent if nothing is known. */
  readonly instead?: string | undefined;
}

export interface JobRefusal extends Refusal {
  readonly job: string;
}
