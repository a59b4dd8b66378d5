/** How rows of usage that have just been inserted become transfers, in their own transaction. */
export const usagePosting: readonly string[] = [
  /** What a row counts for in a budget. What is not a call to a model is no request. */
  `CREATE FUNCTION units_of(unit text, u usage) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE unit
      WHEN 'usd' THEN u.charge_nano_usd
      WHEN 'tokens' THEN u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_5m_tokens
        + u.cache_write_1h_tokens
      ELSE CASE WHEN u.operation IN ('count-tokens', 'files', 'batches', 'batch-item') THEN 0 ELSE 1 END
    END
  $$`,
  /** The budgets that a row counts for: of its organization, its key, its key's project and member, and its tags. */
  `CREATE FUNCTION budgets_of(u usage) RETURNS SETOF budgets LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT b.* FROM budgets b LEFT JOIN keys k ON k.id = u.key_id
    WHERE b.organization_id = u.organization_id AND NOT b.disabled AND (
      (b.owner_kind = 'organization' AND b.owner_id = u.organization_id)
      OR (b.owner_kind = 'key' AND b.owner_id = u.key_id)
      OR (b.owner_kind = 'project' AND b.owner_id = k.project_id)
      OR (b.owner_kind = 'member' AND b.owner_id = k.member_id)
      OR (b.owner_kind = 'tag' AND b.owner_id = ANY (u.tags)))
  $$`,
  /** \`holds\`: [{ request, leases: [...] }], for requests that were held on leases. */
  `CREATE FUNCTION post_usage(ids text[], holds jsonb) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM 1 FROM ledger_head FOR UPDATE;
    PERFORM count_budgets(ids, holds);
    PERFORM release_leases(ids, holds);
    PERFORM charge_usage(ids);
  END $$`,
  `CREATE FUNCTION count_budgets(ids text[], holds jsonb) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    uses jsonb;
  BEGIN
    -- Two statements: one does not see the pots that it makes itself.
    SELECT jsonb_agg(jsonb_build_object('pot', found.pot, 'units', found.units)) INTO uses FROM (
      SELECT coalesce(held.pot_id, current_pot(b.id)) AS pot, sum(units_of(b.unit, u))::bigint AS units
      FROM usage u CROSS JOIN LATERAL budgets_of(u) b LEFT JOIN LATERAL (
        SELECT l.pot_id FROM jsonb_to_recordset(holds) AS h(request text, leases bigint[])
          JOIN leases l ON l.id = ANY (h.leases) JOIN pots p ON p.id = l.pot_id
        WHERE h.request = u.request_id AND p.budget_id = b.id LIMIT 1
      ) AS held ON true
      WHERE u.request_id = ANY (ids)
      GROUP BY 1
    ) AS found;
    IF uses IS NULL THEN RETURN; END IF;
    PERFORM 1 FROM pots WHERE id IN (SELECT x.pot FROM jsonb_to_recordset(uses) AS x(pot text)) ORDER BY id FOR UPDATE;
    UPDATE pots SET spent_units = spent_units + x.units
      FROM jsonb_to_recordset(uses) AS x(pot text, units bigint) WHERE pots.id = x.pot;
  END $$`,
  `CREATE FUNCTION release_leases(ids text[], holds jsonb) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    WITH uses AS MATERIALIZED (
      SELECT l.id, l.pot_id, sum(units_of(p.unit, u))::bigint AS units
      FROM jsonb_to_recordset(holds) AS h(request text, leases bigint[])
        JOIN usage u ON u.request_id = h.request
        JOIN leases l ON l.id = ANY (h.leases)
        JOIN pots p ON p.id = l.pot_id
      WHERE u.request_id = ANY (ids)
      GROUP BY l.id
    ), locked AS MATERIALIZED (
      SELECT p.id FROM pots p WHERE p.id IN (SELECT pot_id FROM uses) ORDER BY p.id FOR UPDATE
    ), used AS (
      UPDATE leases SET used_units = used_units + uses.units FROM uses, locked
      WHERE leases.id = uses.id AND locked.id = leases.pot_id
      RETURNING leases.pot_id, CASE WHEN leases.closed_at IS NOT NULL THEN 0 ELSE
        greatest(leases.amount_units - leases.used_units + uses.units, 0)
        - greatest(leases.amount_units - leases.used_units, 0) END AS released
    )
    UPDATE pots SET held_units = held_units - freed.units
      FROM (SELECT pot_id, sum(released)::bigint AS units FROM used GROUP BY pot_id) AS freed
      WHERE pots.id = freed.pot_id
  $$`,
  /** Credit first, then the wallet; what neither has is the house's. Running sums, so that each row gets its own part. */
  `CREATE FUNCTION charge_usage(ids text[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    parts jsonb;
  BEGIN
    WITH charged AS (
      SELECT u.request_id, u.organization_id, u.charge_nano_usd AS charge, coalesce(o.spends, 'metered') AS spends,
        sum(u.charge_nano_usd) OVER (PARTITION BY u.organization_id ORDER BY u.settled_at, u.request_id)
          - u.charge_nano_usd AS before
      FROM usage u LEFT JOIN organizations o ON o.id = u.organization_id
      WHERE u.request_id = ANY (ids) AND u.charge_nano_usd > 0
    ), funds AS (
      SELECT c.*, coalesce(credit.posted_nano_usd, 0) AS credit,
        CASE WHEN c.spends = 'wallet' THEN coalesce(wallet.posted_nano_usd, 0) ELSE 0 END AS wallet
      FROM charged c
        LEFT JOIN accounts credit ON credit.id = 'credit:' || c.organization_id
        LEFT JOIN accounts wallet ON wallet.id = 'wallet:' || c.organization_id
    ), first AS (
      SELECT f.*, least(before + charge, credit) - least(before, credit) AS from_credit FROM funds f
    ), second AS (
      SELECT f.*, charge - from_credit AS rest, before - least(before, credit) AS rest_before FROM first f
    ), split AS (
      SELECT s.*, least(rest_before + rest, wallet) - least(rest_before, wallet) AS from_wallet FROM second s
    )
    SELECT jsonb_agg(jsonb_build_object(
      'id', 'tr_' || substr(request_id, 5), 'kind', 'usage', 'organization', organization_id,
      'key', 'usage:' || request_id, 'request', request_id,
      'credit', from_credit,
      'entries', (SELECT jsonb_agg(jsonb_build_object('account', e.account, 'amount', e.amount::text)) FROM (VALUES
        ('credit:' || organization_id, -from_credit),
        ('wallet:' || organization_id, -from_wallet),
        (CASE WHEN spends = 'metered' THEN 'metered:' || organization_id ELSE 'house:overrun' END,
          from_wallet - rest),
        ('house:revenue', charge)
      ) AS e(account, amount) WHERE e.amount <> 0)
    )) INTO parts FROM split;
    IF parts IS NULL THEN RETURN; END IF;
    PERFORM ledger_post(parts);
    PERFORM use_grants(organization, amount) FROM (
      SELECT p.organization, sum(p.credit)::bigint AS amount
      FROM jsonb_to_recordset(parts) AS p(organization text, credit bigint) GROUP BY p.organization) AS used
      WHERE amount > 0;
  END $$`,
  /** Takes from the layers of an organization's credit, the one that expires first before the others. */
  `CREATE FUNCTION use_grants(organization text, amount bigint) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    UPDATE grants SET remaining_nano_usd = remaining_nano_usd - layer.taken
    FROM (
      SELECT g.id, least(g.remaining_nano_usd, greatest(amount - (sum(g.remaining_nano_usd)
        OVER (ORDER BY g.expires_at NULLS LAST, g.created_at, g.id) - g.remaining_nano_usd), 0))::bigint AS taken
      FROM grants g WHERE g.organization_id = organization AND g.remaining_nano_usd > 0
    ) AS layer
    WHERE grants.id = layer.id AND layer.taken > 0
  $$`,
];
