/**
 * How instances lend from pots. A lease holds what is neither used nor given back: its part of `held_units` is
 * amount - used, and never less than nothing, since an answer may use more than was held for it. Whoever changes a
 * lease locks its pot first.
 */
export const lending: readonly string[] = [
  /** When the window that holds a moment began, by the clock on the wall of that zone. Weeks begin on Monday. */
  `CREATE FUNCTION window_start(time_window text, zone text, at timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT date_trunc(time_window, at AT TIME ZONE zone) AT TIME ZONE zone
  $$`,
  /** A day is as long as its zone says: 23 hours when the clocks go forward. */
  `CREATE FUNCTION window_end(time_window text, zone text, starts timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE AS $$
    SELECT (date_trunc(time_window, starts AT TIME ZONE zone) + ('1 ' || time_window)::interval) AT TIME ZONE zone
  $$`,
  /** The pot of a budget's window at that moment (by the organization's zone), or of a wallet. */
  `CREATE FUNCTION current_pot(budget text, at timestamptz DEFAULT now()) RETURNS text
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    found budgets%ROWTYPE;
    zone text;
    starts timestamptz;
    pot text;
  BEGIN
    IF budget LIKE 'wallet:%' THEN
      INSERT INTO pots (id, organization_id, unit, granted_units)
        SELECT budget, o.id, 'usd', coalesce(wallet_funds(o.id), 0) FROM organizations o
        WHERE o.id = substr(budget, 8) ON CONFLICT (id) DO NOTHING;
      RETURN budget;
    END IF;
    SELECT * INTO found FROM budgets WHERE id = budget;
    IF found.id IS NULL THEN RETURN NULL; END IF;
    SELECT o.time_zone INTO zone FROM organizations o WHERE o.id = found.organization_id;
    IF found.time_window = 'total' THEN
      pot := budget || '@total';
    ELSE
      starts := window_start(found.time_window, zone, at);
      pot := budget || '@' || to_char(starts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"');
    END IF;
    INSERT INTO pots (id, budget_id, organization_id, unit, starts_at, ends_at, granted_units)
      VALUES (pot, budget, found.organization_id, found.unit, starts,
        CASE WHEN found.time_window <> 'total' THEN window_end(found.time_window, zone, starts) END,
        found.limit_units)
      ON CONFLICT (id) DO NOTHING;
    RETURN pot;
  END $$`,
  /** A new limit holds at once, for the present window. */
  `CREATE FUNCTION regrant_pots() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE pots SET granted_units = NEW.limit_units
      WHERE budget_id = NEW.id AND (ends_at IS NULL OR ends_at > now());
    -- What gateways have lent of the old limit they give back, as far as it is free.
    PERFORM pg_notify('tollgate_leases', current_schema() || ':' || p.id)
      FROM pots p WHERE p.budget_id = NEW.id AND (p.ends_at IS NULL OR p.ends_at > now());
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER regrant_pots AFTER UPDATE OF limit_units ON budgets
    FOR EACH ROW EXECUTE FUNCTION regrant_pots()`,
  /**
   * Lends at least \`need\` from a budget's present pot (or from \`the_pot\`), or nothing: then others are asked to give back what they do not hold. One
   * instance alone gets all that is there; of several each gets half of its share, so that late ones find something.
   */
  `CREATE FUNCTION lend(budget text, the_pot text, who text, its_boot text, need bigint, ttl interval)
    RETURNS TABLE (pot text, lease bigint, lent bigint, available bigint, granted bigint, spent bigint, held bigint,
      ends_in_ms double precision, others int, lease_amount bigint, lease_version bigint)
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  #variable_conflict use_column
  DECLARE
    its_pot text;
    the pots%ROWTYPE;
    mine leases%ROWTYPE;
    present int;
    free bigint;
    amount bigint := 0;
  BEGIN
    its_pot := coalesce(the_pot, current_pot(budget));
    SELECT * INTO the FROM pots WHERE id = its_pot FOR UPDATE;
    IF the.id IS NULL THEN RETURN; END IF;
    SELECT count(*) INTO present FROM instances WHERE seen_at > now() - interval '30 seconds' AND name <> who;
    SELECT * INTO mine FROM leases
      WHERE pot_id = the.id AND instance = who AND boot = its_boot AND closed_at IS NULL;
    -- What its lease was overdrawn by is in \`need\`, and is spent already: it holds nothing more.
    free := the.granted_units - the.spent_units - the.held_units
      + greatest(coalesce(mine.used_units - mine.amount_units, 0), 0);
    IF free >= need AND need > 0 THEN
      amount := CASE WHEN present = 0 THEN free ELSE greatest(need, free / (2 * (present + 1))) END;
      -- Nobody counts beyond what a number in the gateway can hold.
      amount := greatest(need, least(amount, 4000000000000000));
      IF mine.id IS NULL THEN
        INSERT INTO leases (pot_id, instance, boot, amount_units, expires_at)
          VALUES (the.id, who, its_boot, amount, now() + ttl) RETURNING * INTO mine;
        UPDATE pots SET held_units = held_units + amount WHERE id = the.id;
      ELSE
        UPDATE pots SET held_units = held_units + greatest(mine.amount_units + amount - mine.used_units, 0)
          - greatest(mine.amount_units - mine.used_units, 0) WHERE id = the.id;
        UPDATE leases SET amount_units = amount_units + amount, expires_at = now() + ttl WHERE id = mine.id
          RETURNING * INTO mine;
      END IF;
    ELSIF need > 0 THEN
      UPDATE leases SET recalled = true
        WHERE pot_id = the.id AND closed_at IS NULL AND amount_units > used_units AND (instance, boot) <> (who, its_boot);
      IF FOUND THEN PERFORM pg_notify('tollgate_leases', current_schema() || ':' || the.id); END IF;
    END IF;
    -- What was sent before this and arrives after it is known by the version.
    UPDATE leases SET version = version + 1 WHERE id = mine.id RETURNING * INTO mine;
    -- Shown only: beyond nine million dollars an instance need not know how much more there is.
    RETURN QUERY SELECT the.id, mine.id, amount, least(free, 9000000000000000), least(the.granted_units, 9000000000000000),
      least(the.spent_units, 9000000000000000), least(the.held_units, 9000000000000000),
      extract(epoch FROM the.ends_at - now())::double precision * 1000,
      (SELECT count(*)::int FROM leases l WHERE l.pot_id = the.id AND l.closed_at IS NULL
        AND l.amount_units > l.used_units AND (l.instance, l.boot) <> (who, its_boot)), mine.amount_units, mine.version;
  END $$`,
  /** Gives back what is free in a lease. Returns false when the lease was closed meanwhile. */
  `CREATE FUNCTION give_back(which bigint, units bigint, and_close boolean) RETURNS boolean
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    the leases%ROWTYPE;
  BEGIN
    PERFORM 1 FROM pots WHERE id = (SELECT pot_id FROM leases WHERE id = which) FOR UPDATE;
    SELECT * INTO the FROM leases WHERE id = which AND closed_at IS NULL;
    IF the.id IS NULL THEN RETURN false; END IF;
    UPDATE pots SET held_units = held_units - greatest(the.amount_units - the.used_units, 0)
      + CASE WHEN and_close THEN 0 ELSE greatest(the.amount_units - units - the.used_units, 0) END
      WHERE id = the.pot_id;
    UPDATE leases SET amount_units = amount_units - units, recalled = false, version = version + 1,
      closed_at = CASE WHEN and_close THEN now() END WHERE id = which;
    RETURN true;
  END $$`,
  /**
   * Gives back as an instance does, whose word may arrive late or twice: nothing is taken when the lease has another
   * version by then. Returns how the lease is afterwards; no row when it is closed.
   */
  `CREATE FUNCTION return_units(which bigint, units bigint, and_close boolean, its_version bigint)
    RETURNS TABLE (lease bigint, amount bigint, version bigint)
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  #variable_conflict use_column
  BEGIN
    PERFORM 1 FROM pots WHERE id = (SELECT pot_id FROM leases WHERE id = which) FOR UPDATE;
    IF EXISTS (SELECT 1 FROM leases l WHERE l.id = which AND l.version = its_version) THEN
      PERFORM give_back(which, units, and_close);
    END IF;
    RETURN QUERY SELECT l.id, l.amount_units, l.version FROM leases l WHERE l.id = which AND l.closed_at IS NULL;
  END $$`,
  /** Leases of dead processes: of earlier boots of an instance whose journal was heard, and of those long expired. */
  `CREATE FUNCTION close_leases(names text[], living_boot text, grace interval) RETURNS bigint
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  DECLARE
    dead record;
    closed bigint := 0;
  BEGIN
    -- Several pots are locked in one transaction, as by whoever posts.
    PERFORM 1 FROM ledger_head FOR UPDATE;
    FOR dead IN SELECT l.id FROM leases l
      WHERE l.closed_at IS NULL AND (
        (l.instance = ANY (names) AND l.boot <> living_boot) OR l.expires_at < now() - grace)
      ORDER BY l.pot_id
    LOOP
      IF give_back(dead.id, 0, true) THEN closed := closed + 1; END IF;
    END LOOP;
    RETURN closed;
  END $$`,
];
