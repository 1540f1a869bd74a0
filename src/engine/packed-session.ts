// A session with variables stored in packs.
import { checkedVariable, type Session } from './session.js';
import type { Pack, Variable } from './tensor.js';
import { sizeOf } from './types.js';

/** Returns the offset of each part in its pack's vector. */
function startsOf({ parts }: Pack): ReadonlyMap<string, number> {
  let next = 0;
  return new Map(
    parts.map(({ name, shape }) => {
      const start = next;
      next += sizeOf(shape);
      return [name, start];
    }),
  );
}

/**
 * Creates a session over variables of which some are stored in packs. The parts are read and written by their own
 * names.
 */
export function createPackedSession(
  create: (variables: readonly Variable[]) => Session,
  variables: readonly Variable[],
  packs: readonly Pack[],
): Session {
  if (packs.length === 0) return create(variables);
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const placed = new Map(packs.flatMap((pack) => pack.parts.map(({ name }) => [name, pack])));
  const session = create([...variables.filter(({ name }) => !placed.has(name)), ...packs]);
  const starts = new Map(packs.map((pack) => [pack.name, startsOf(pack)]));
  const written = new Set<string>();
  return {
    ...session,
    read(names) {
      const asked = new Set(names.map((name) => placed.get(checkedVariable(byName, name).name)?.name ?? name));
      const values = session.read([...asked]);
      return new Map(
        names.map((name) => {
          const pack = placed.get(name);
          if (pack === undefined) return [name, values.get(name)!];
          const start = starts.get(pack.name)!.get(name)!;
          return [name, values.get(pack.name)!.slice(start, start + sizeOf(byName.get(name)!.shape))];
        }),
      );
    },
    write(values) {
      for (const [name, array] of values) checkedVariable(byName, name, array);
      const own = new Map([...values].filter(([name]) => !placed.has(name)));
      for (const pack of packs) {
        const given = pack.parts.filter(({ name }) => values.has(name));
        if (given.length === 0) continue;
        const whole = given.length === pack.parts.length || !written.has(pack.name);
        const vector = whole ? new Float32Array(pack.shape[0]) : session.read([pack.name]).get(pack.name)!;
        for (const { name } of given) vector.set(values.get(name)!, starts.get(pack.name)!.get(name));
        own.set(pack.name, vector);
        written.add(pack.name);
      }
      session.write(own);
    },
  };
}
