/** How transfers are written, in the database itself: one way for all that move money. */
export const posting: readonly string[] = [
  // What the hash chain vouches for: every column and every entry of a transfer.
  `CREATE VIEW transfer_digests AS
    SELECT t.id, t.link, sha256(convert_to(concat_ws('|',
      t.id, t.kind, coalesce(t.organization_id, ''), t.idempotency_key, coalesce(t.request_id, ''),
      coalesce(t.description, ''), coalesce(t.reference::text, ''), (extract(epoch FROM t.created_at) * 1000000)::bigint,
      string_agg(e.position || ':' || e.account_id || ':' || e.amount_nano_usd, ',' ORDER BY e.position)
    ), 'UTF8')) AS digest
    FROM transfers t JOIN entries e ON e.transfer_id = t.id
    GROUP BY t.id`,
  /**
   * Writes transfers: [{ id, kind, organization, key, request, description, reference, entries: [{ account, amount }] }],
   * amounts as text. One whose key is there with the same entries is left alone; with others it is refused (TG409).
   */
  `CREATE FUNCTION ledger_post(p jsonb) RETURNS TABLE (posted_key text, posted_id text, replayed boolean)
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  #variable_conflict use_column
  DECLARE
    head ledger_head%ROWTYPE;
    known_keys text[];
    wrong text;
    organizations_touched text[];
    its_digests bytea;
  BEGIN
    SELECT * INTO head FROM ledger_head FOR UPDATE;
    SELECT array_agg(t.idempotency_key) INTO known_keys
      FROM jsonb_to_recordset(p) AS n(key text) JOIN transfers t ON t.idempotency_key = n.key;
    SELECT n.key INTO wrong
      FROM jsonb_to_recordset(p) AS n(key text, kind text, organization text, entries jsonb)
      JOIN transfers t ON t.idempotency_key = n.key
      WHERE t.kind <> n.kind OR t.organization_id IS DISTINCT FROM n.organization OR ledger_entries(t.id) <> (
        SELECT string_agg(x.account || ':' || x.amount, ',' ORDER BY x.account, x.amount)
        FROM jsonb_to_recordset(n.entries) AS x(account text, amount bigint))
      LIMIT 1;
    IF wrong IS NOT NULL THEN
      RAISE EXCEPTION 'idempotency key % stands for another transfer', wrong USING ERRCODE = 'TG409';
    END IF;
    SELECT n.key INTO wrong
      FROM jsonb_to_recordset(p) AS n(key text, entries jsonb)
      WHERE (SELECT coalesce(sum(x.amount), 1) FROM jsonb_to_recordset(n.entries) AS x(amount bigint)) <> 0
      LIMIT 1;
    IF wrong IS NOT NULL THEN
      RAISE EXCEPTION 'the entries of % do not sum to nothing', wrong USING ERRCODE = 'TG500';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_to_recordset(p) AS n(key text) WHERE n.key <> ALL (coalesce(known_keys, '{}'))) THEN
      head.seq := head.seq + 1;
      INSERT INTO transfers (id, kind, organization_id, idempotency_key, request_id, description, reference, link)
        SELECT n.id, n.kind, n.organization, n.key, n.request, n.description, n.reference, head.seq
        FROM jsonb_to_recordset(p) AS n(id text, kind text, organization text, key text, request text,
          description text, reference jsonb)
        WHERE n.key <> ALL (coalesce(known_keys, '{}'));
      INSERT INTO accounts (id, organization_id, kind)
        SELECT DISTINCT x.account, CASE WHEN split_part(x.account, ':', 1) IN ('house', 'stripe') THEN NULL
            ELSE split_part(x.account, ':', 2) END, split_part(x.account, ':', 1)
        FROM jsonb_to_recordset(p) AS n(entries jsonb), jsonb_to_recordset(n.entries) AS x(account text)
        ON CONFLICT (id) DO NOTHING;
      INSERT INTO entries (transfer_id, position, account_id, amount_nano_usd)
        SELECT n.id, x.position, x.item ->> 'account', (x.item ->> 'amount')::bigint
        FROM jsonb_to_recordset(p) AS n(id text, key text, entries jsonb),
          jsonb_array_elements(n.entries) WITH ORDINALITY AS x(item, position)
        WHERE n.key <> ALL (coalesce(known_keys, '{}'));
      UPDATE accounts SET posted_nano_usd = posted_nano_usd + moved.amount
        FROM (SELECT e.account_id, sum(e.amount_nano_usd)::bigint AS amount
          FROM entries e JOIN transfers t ON t.id = e.transfer_id WHERE t.link = head.seq GROUP BY e.account_id) AS moved
        WHERE accounts.id = moved.account_id;
      SELECT array_agg(DISTINCT t.organization_id) INTO organizations_touched FROM transfers t WHERE t.link = head.seq;
      PERFORM fund_wallets(organizations_touched);
      SELECT string_agg(d.digest, ''::bytea ORDER BY d.id) INTO its_digests
        FROM transfer_digests d WHERE d.link = head.seq;
      UPDATE ledger_head SET seq = head.seq, hash = sha256(ledger_head.hash || its_digests);
      INSERT INTO ledger_links (seq, hash, digests) SELECT h.seq, h.hash, its_digests FROM ledger_head h;
    END IF;
    RETURN QUERY SELECT n.key, t.id, n.key = ANY (coalesce(known_keys, '{}'))
      FROM jsonb_to_recordset(p) AS n(key text) JOIN transfers t ON t.idempotency_key = n.key;
  END $$`,
  `CREATE FUNCTION ledger_entries(transfer text) RETURNS text LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT string_agg(account_id || ':' || amount_nano_usd, ',' ORDER BY account_id, amount_nano_usd)
    FROM entries WHERE transfer_id = transfer
  $$`,
  /** What an organization may spend from: nothing while it is blocked. */
  `CREATE FUNCTION wallet_funds(organization text) RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN o.blocked_reason IS NOT NULL THEN 0 ELSE coalesce((SELECT sum(a.posted_nano_usd)::bigint
      FROM accounts a WHERE a.id = 'credit:' || o.id OR (a.id = 'wallet:' || o.id AND o.spends <> 'credit')), 0) END
    FROM organizations o WHERE o.id = organization
  $$`,
  /** Pots of wallets follow their accounts. */
  `CREATE FUNCTION fund_wallets(touched text[]) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    UPDATE pots SET granted_units = coalesce(wallet_funds(organization_id), 0)
    WHERE id IN (SELECT 'wallet:' || organization FROM unnest(touched) AS organization)
  $$`,
  `CREATE FUNCTION fund_changed_wallet() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM fund_wallets(ARRAY[NEW.id]);
    PERFORM pg_notify('tollgate_leases', current_schema() || ':wallet:' || NEW.id);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER fund_wallet AFTER UPDATE OF spends, blocked_reason ON organizations
    FOR EACH ROW EXECUTE FUNCTION fund_changed_wallet()`,
];
