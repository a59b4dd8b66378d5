/** Tables of migration `sign-in`, as Kysely sees them; those that better-auth alone reads are left out. */
import type { ColumnType, Generated } from 'kysely';

export interface SignInSchema {
  readonly users: UserTable;
  readonly user_sessions: UserSessionTable;
  readonly user_accounts: UserAccountTable;
  readonly user_two_factors: UserTwoFactorTable;
  readonly invitations: InvitationTable;
  readonly sign_in_links: SignInLinkTable;
  readonly sign_in_attempts: SignInAttemptTable;
  readonly sign_in_secrets: SignInSecretTable;
}

export type StoredMemberRole = 'owner' | 'admin' | 'billing' | 'developer' | 'viewer';

type CreatedAt = ColumnType<Date, Date | undefined, never>;

interface UserTable {
  readonly id: string;
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly email_verified: Generated<boolean>;
  readonly two_factor_enabled: Generated<boolean | null>;
  readonly created_at: CreatedAt;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

interface UserSessionTable {
  readonly id: string;
  readonly user_id: string;
  /** Worth nothing without the cookie's signature. */
  readonly token: string;
  readonly expires_at: Date;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly created_at: CreatedAt;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

/** A way to sign in: `credential` is a password, everything else a provider of single sign-on. */
interface UserAccountTable {
  readonly id: string;
  readonly user_id: string;
  readonly provider_id: string;
  readonly account_id: string;
  /** Its scrypt hash. */
  readonly password: string | null;
  readonly created_at: CreatedAt;
  readonly updated_at: ColumnType<Date, Date | undefined, Date>;
}

interface UserTwoFactorTable {
  readonly id: string;
  readonly user_id: string;
}

interface InvitationTable {
  readonly id: string;
  readonly organization_id: string;
  /** In lower case. */
  readonly email: string;
  readonly role: StoredMemberRole;
  /** Hex SHA-256 of the token in its link. */
  readonly token_hash: string;
  /** Whether the link went to the address alone, so that whoever has it has the address. */
  readonly mailed: boolean;
  /** What people know the inviting user or key by. */
  readonly invited_by: string;
  readonly created_at: CreatedAt;
  readonly expires_at: Date;
  readonly accepted_at: Date | null;
  readonly revoked_at: Date | null;
}

interface SignInLinkTable {
  readonly id: string;
  readonly kind: 'first-owner' | 'recovery';
  readonly user_id: string | null;
  readonly token_hash: string;
  readonly created_at: CreatedAt;
  readonly expires_at: Date;
  readonly used_at: Date | null;
}

/** How often something that can be guessed at was tried, by whom. */
interface SignInAttemptTable {
  readonly subject: string;
  readonly attempts: number;
  readonly window_ends_at: Date;
}

/** One row: what signs the cookies of all instances. */
interface SignInSecretTable {
  readonly id: string;
  readonly sealed: string;
}
