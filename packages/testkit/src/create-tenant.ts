import { randomBytes } from 'node:crypto';
import { uuid7 } from '@margay/db';
import { OrgId, ROLES, type Role, UserId } from '@margay/model';
import type { Context, Deps } from '@margay/services';

export interface Person {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
}
export interface Tenant {
  readonly orgId: OrgId;
  readonly name: string;
  readonly slug: string;
  readonly people: Readonly<Record<Role, Person>>;
  /** A fresh context of the person with that role, as the edge would make it. */
  as(role: Role, now?: Date): Context;
  /** A job of the worker. */
  asSystem(now?: Date): Context;
}

/** An organisation with one person of each role. Rows only: nobody here has a password. */
export async function createTenant(deps: Deps): Promise<Tenant> {
  const orgId = OrgId.parse(uuid7());
  const tag = randomBytes(4).toString('hex');
  const [name, slug] = [`Org ${tag}`, `org-${tag}`];
  const people = Object.fromEntries(ROLES.map((role) => [role, personNamed(role, tag)])) as Record<Role, Person>;
  for (const person of Object.values(people)) await createPerson(deps, person);
  const createdAt = new Date();
  await deps.db.inTenant({ orgId }, async (tx) => {
    await tx.org.createMany({ data: [{ id: orgId, name, slug, createdAt }] });
    await tx.membership.createMany({
      data: ROLES.map((role) => ({ orgId, userId: people[role].userId, role, createdAt })),
    });
  });
  const meta = (now: Date) => ({ orgId, requestId: randomBytes(8).toString('hex'), now, deps });
  return {
    orgId,
    name,
    slug,
    people,
    as: (role, now = new Date()) => ({
      actor: { kind: 'user', sessionId: null, ...people[role] },
      role,
      ...meta(now),
    }),
    asSystem: (now = new Date()) => ({ actor: { kind: 'system', name: 'test' }, role: null, ...meta(now) }),
  };
}

/** Somebody who has signed up and belongs to no organisation. */
export async function createPerson(deps: Pick<Deps, 'db'>, person: Person = personNamed('person')): Promise<Person> {
  const { userId, name, email } = person;
  await deps.db.inTenant({ userId }, (tx) =>
    tx.user.createMany({ data: [{ id: userId, name, email, createdAt: new Date() }] }),
  );
  return person;
}

function personNamed(role: string, tag = randomBytes(4).toString('hex')): Person {
  return { userId: UserId.parse(uuid7()), name: `${role} ${tag}`, email: `${role}-${tag}@example.org` };
}
