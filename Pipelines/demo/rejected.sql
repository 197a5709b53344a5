-- Ten pairs that the demo rejected, the least believable first.
.mode column
.headers on
.width 9 10 50 48
SELECT
  reason,
  printf('%.3f', similarity) AS similarity,
  CASE WHEN length(caption) > 50 THEN substr(caption, 1, 49) || '…' ELSE caption END AS caption,
  substr(replace(url, 'file:openclipart/png/', ''), -48) AS picture
FROM pair_audit
WHERE role = 'train' AND status = 'rejected'
ORDER BY similarity, key
LIMIT 10;
