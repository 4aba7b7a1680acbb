"""The statements of the auditor. Each gives (court, case, number, sealed, owner, place, since, detail) a finding.

Parameters: at; courts (null: all); limit (null: none); and of every released rule, side by side: rules
("JZ-2023/1/JZ-D-01"), last (the number of its last rung, null: none behind its end), outlives (its clock goes on
after the case is closed).
"""

from __future__ import annotations

_CLOCKLESS = """
SELECT c.court_id, c.id, c.number, c.sealed, c.owner_id, 'case:' || c.id, c.created_at, '{}'::jsonb
FROM cases_case c
WHERE c.state IN ('filed', 'assigned', 'running', 'suspended')
  AND (%(courts)s::bigint[] IS NULL OR c.court_id = ANY(%(courts)s))
  AND NOT EXISTS (
      SELECT FROM deadlines_deadline d JOIN deadlines_timer t ON t.deadline_id = d.id
      WHERE d.case_id = c.id AND d.state = 'running')
  AND NOT EXISTS (
      SELECT FROM deadlines_deadline d JOIN cases_hold h ON h.case_id = d.case_id
      WHERE d.case_id = c.id AND d.state = 'suspended' AND h.last IS NULL AND NOT h.voided)
  AND NOT EXISTS (
      SELECT FROM deadlines_deadline d
      JOIN unnest(%(rules)s::text[], %(last)s::int[]) AS r(key, last)
        ON r.key = d.pack_code || '/' || d.pack_version || '/' || d.rule_id
      WHERE d.case_id = c.id AND d.state = 'running' AND d.due_at <= %(at)s
        AND (r.last IS NULL OR EXISTS (
            SELECT FROM deadlines_firing f
            WHERE f.deadline_id = d.id AND f.rung = r.last AND f.due_rung_at > d.due_at)))
ORDER BY c.created_at, c.id LIMIT %(limit)s
"""

# The same cases, where at least one clock has given its last warning: the machine has done its part.
_CLIMBED = """
SELECT c.court_id, c.id, c.number, c.sealed, c.owner_id, 'case:' || c.id, min(d.overdue_at), '{}'::jsonb
FROM cases_case c
JOIN deadlines_deadline d ON d.case_id = c.id AND d.state = 'running' AND d.due_at <= %(at)s
JOIN unnest(%(rules)s::text[], %(last)s::int[]) AS r(key, last)
  ON r.key = d.pack_code || '/' || d.pack_version || '/' || d.rule_id
WHERE c.state IN ('filed', 'assigned', 'running', 'suspended')
  AND (%(courts)s::bigint[] IS NULL OR c.court_id = ANY(%(courts)s))
  AND (r.last IS NULL OR EXISTS (
      SELECT FROM deadlines_firing f
      WHERE f.deadline_id = d.id AND f.rung = r.last AND f.due_rung_at > d.due_at))
  AND NOT EXISTS (
      SELECT FROM deadlines_deadline o JOIN deadlines_timer t ON t.deadline_id = o.id
      WHERE o.case_id = c.id AND o.state = 'running')
  AND NOT EXISTS (
      SELECT FROM deadlines_deadline o JOIN cases_hold h ON h.case_id = o.case_id
      WHERE o.case_id = c.id AND o.state = 'suspended' AND h.last IS NULL AND NOT h.voided)
GROUP BY c.id
ORDER BY 7, c.id LIMIT %(limit)s
"""

# A clock may lack a timer only when its last rung has fired behind its end as it now stands. A rule that no released
# pack holds can never have come so far.
_UNTIMED = """
SELECT d.court_id, c.id, c.number, c.sealed, c.owner_id, 'deadline:' || d.id, NULL::timestamptz,
       jsonb_build_object('rule', d.rule_id, 'due', d.due_on)
FROM deadlines_deadline d
LEFT JOIN cases_case c ON c.id = d.case_id
LEFT JOIN unnest(%(rules)s::text[], %(last)s::int[]) AS r(key, last)
  ON r.key = d.pack_code || '/' || d.pack_version || '/' || d.rule_id
WHERE d.state = 'running'
  AND (%(courts)s::bigint[] IS NULL OR d.court_id = ANY(%(courts)s))
  AND NOT EXISTS (SELECT FROM deadlines_timer t WHERE t.deadline_id = d.id)
  AND CASE WHEN r.key IS NULL THEN true
           WHEN r.last IS NULL THEN d.due_at > %(at)s
           ELSE NOT EXISTS (
               SELECT FROM deadlines_firing f
               WHERE f.deadline_id = d.id AND f.rung = r.last AND f.due_rung_at > d.due_at) END
ORDER BY d.overdue_at, d.id LIMIT %(limit)s
"""

_OUTLIVED = """
SELECT d.court_id, c.id, c.number, c.sealed, c.owner_id, 'deadline:' || d.id,
       c.closed_on::timestamp AT TIME ZONE 'Asia/Shanghai', jsonb_build_object('rule', d.rule_id)
FROM deadlines_deadline d
JOIN cases_case c ON c.id = d.case_id
LEFT JOIN unnest(%(rules)s::text[], %(outlives)s::bool[]) AS r(key, outlives)
  ON r.key = d.pack_code || '/' || d.pack_version || '/' || d.rule_id
WHERE d.state IN ('running', 'suspended') AND c.state IN ('closed', 'archived', 'cancelled')
  AND (%(courts)s::bigint[] IS NULL OR d.court_id = ANY(%(courts)s))
  AND r.outlives IS NOT TRUE
ORDER BY c.closed_on, d.id LIMIT %(limit)s
"""

_UNHELD = """
SELECT d.court_id, c.id, c.number, c.sealed, c.owner_id, 'deadline:' || d.id, NULL::timestamptz,
       jsonb_build_object('rule', d.rule_id)
FROM deadlines_deadline d
LEFT JOIN cases_case c ON c.id = d.case_id
WHERE d.state = 'suspended'
  AND (%(courts)s::bigint[] IS NULL OR d.court_id = ANY(%(courts)s))
  AND NOT EXISTS (SELECT FROM cases_hold h WHERE h.case_id = d.case_id AND h.last IS NULL AND NOT h.voided)
ORDER BY d.id LIMIT %(limit)s
"""

_UNFIRED = """
SELECT d.court_id, c.id, c.number, c.sealed, c.owner_id, 'deadline:' || d.id, t.fire_at,
       jsonb_build_object('rule', d.rule_id, 'rung', t.rung + 1)
FROM deadlines_timer t
JOIN deadlines_deadline d ON d.id = t.deadline_id
LEFT JOIN cases_case c ON c.id = d.case_id
WHERE t.fire_at < %(at)s - interval '10 minutes'
  AND (%(courts)s::bigint[] IS NULL OR d.court_id = ANY(%(courts)s))
ORDER BY t.fire_at, d.id LIMIT %(limit)s
"""

# due_at is when a dispatcher must look again: quiet hours, the daily cap and leases are in it already.
_STUCK = """
SELECT m.court_id, c.id, c.number, c.sealed, c.owner_id, 'message:' || m.id,
       coalesce(sent.at, m.due_at, m.created_at), jsonb_build_object('topic', m.topic, 'state', m.state)
FROM notices_message m
LEFT JOIN cases_case c ON c.id = m.case_id
LEFT JOIN LATERAL (
    SELECT max(a.started_at) AS at FROM notices_attempt a
    WHERE a.message_id = m.id AND a.kind = 'send' AND m.state = 'unknown') sent ON true
WHERE m.state IN ('waiting', 'sending', 'unknown')
  AND (m.state <> 'unknown' AND m.due_at < %(at)s - interval '30 minutes'
       OR m.state = 'unknown' AND coalesce(sent.at, m.created_at) < %(at)s - interval '1 day')
  AND (%(courts)s::bigint[] IS NULL OR m.court_id = ANY(%(courts)s))
ORDER BY 7, m.id LIMIT %(limit)s
"""

# Only the name of a failure: its words may hold what a page must not show.
_UNRELAYED = """
SELECT e.court_id, c.id, c.number, c.sealed, c.owner_id, 'event:' || e.id, e.at,
       jsonb_build_object('event', e.kind, 'reaction', p.reaction, 'attempts', p.attempts,
                          'problem', split_part(p.problem, ':', 1))
FROM events_pending p
JOIN events_event e ON e.id = p.event_id
CROSS JOIN LATERAL (
    SELECT coalesce(substring(e.stream FROM '^case:([0-9]+)$'),
                    substring(e.data ->> 'about' FROM '^case:([0-9]+)$'),
                    substring(e.data ->> 'case_id' FROM '^[0-9]+$'))::bigint AS case_id) told
LEFT JOIN cases_case c ON c.id = told.case_id
WHERE (e.at < %(at)s - interval '10 minutes' OR p.attempts >= 5)
  AND (%(courts)s::bigint[] IS NULL OR e.court_id = ANY(%(courts)s))
ORDER BY e.at, e.id LIMIT %(limit)s
"""

_UNRENDERED = """
SELECT p.court_id, c.id, c.number, c.sealed, c.owner_id, 'paper:' || p.id, p.created_at,
       jsonb_build_object('paper', p.kind, 'problem', p.problem)
FROM documents_paper p
LEFT JOIN cases_case c ON c.id = p.case_id
WHERE p.state = 'draft' AND p.created_at < %(at)s - interval '10 minutes'
  AND (%(courts)s::bigint[] IS NULL OR p.court_id = ANY(%(courts)s))
ORDER BY p.created_at, p.id LIMIT %(limit)s
"""

CHECKS = {
    "clockless": _CLOCKLESS,
    "untimed": _UNTIMED,
    "unheld": _UNHELD,
    "unfired": _UNFIRED,
    "outlived": _OUTLIVED,
    "stuck": _STUCK,
    "unrelayed": _UNRELAYED,
    "unrendered": _UNRENDERED,
    "climbed": _CLIMBED,
}

# Back-dated warnings are recorded as silent when the case is entered: they were never to be in time.
LATENESS = """
SELECT court_id,
       count(*) FILTER (WHERE late < interval '1 minute'),
       count(*) FILTER (WHERE late >= interval '1 minute' AND late < interval '10 minutes'),
       count(*) FILTER (WHERE late >= interval '10 minutes' AND late < interval '1 hour'),
       count(*) FILTER (WHERE late >= interval '1 hour' AND late < interval '1 day'),
       count(*) FILTER (WHERE late >= interval '1 day')
FROM (
    SELECT d.court_id, f.fired_at - f.due_rung_at AS late
    FROM (SELECT * FROM deadlines_firing ORDER BY id DESC LIMIT %(last)s) f
    JOIN deadlines_deadline d ON d.id = f.deadline_id
    WHERE NOT f.silent AND (%(courts)s::bigint[] IS NULL OR d.court_id = ANY(%(courts)s))
) measured
GROUP BY court_id
"""

# The longest standing of every court. A check gives the columns that the head of this file names.
KEEP = """
INSERT INTO supervision_storedfinding (kind, court_id, case_id, place, since, detail)
SELECT %(kind)s, court_id, case_id, place, since, detail
FROM (SELECT found.*, row_number() OVER (PARTITION BY court_id ORDER BY since) AS rank
      FROM (CHECK) AS found (court_id, case_id, number, sealed, owner_id, place, since, detail)) ranked
WHERE rank <= %(most)s ORDER BY rank
"""
