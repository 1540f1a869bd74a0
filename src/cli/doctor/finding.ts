// One finding of `isda doctor`.

/** `bad`: a requirement is missing. `note`: something optional is missing. */
export interface Finding {
  readonly name: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly value: string;
  /** What to do about it. */
  readonly advice?: string;
}
