import type { Migration } from './migration.ts';

const counts = ['image_input_tokens', 'image_output_tokens', 'images', 'audio_seconds', 'characters', 'searches'];

/**
 * Counts of operations other than chat; a version that does not know them writes rows without. What a provider keeps for
 * an organization (files, batches) is known by the provider's own id, which is unique within one credential.
 */
export const operations: Migration = {
  version: 3,
  name: 'operations',
  statements: [
    `ALTER TABLE usage ${counts.map((name) => `ADD COLUMN ${name} bigint NOT NULL DEFAULT 0`).join(', ')}`,
    `CREATE TABLE resources (
      kind text NOT NULL,
      id text NOT NULL,
      credential text NOT NULL,
      organization_id text NOT NULL,
      key_id text NOT NULL,
      created_at timestamptz NOT NULL,
      models text[],
      batch_id text,
      deleted boolean NOT NULL DEFAULT false,
      PRIMARY KEY (kind, id, credential)
    )`,
    'CREATE INDEX resources_organization ON resources (organization_id, kind, created_at DESC, id DESC)',
  ],
};
