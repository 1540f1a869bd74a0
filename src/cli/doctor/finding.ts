// One finding of `isda doctor`.

/** `bad`: nothing works without it. `note`: something that may be wanted is missing. */
export interface Finding {
  readonly name: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly value: string;
  /** What to do about it. */
  readonly advice?: string;
}
