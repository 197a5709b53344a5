-- Ten pairs that the demo rejected, the least believable first.
.mode column
.headers on
.width 14 10 60
SELECT
  reason,
  printf('%.3f', similarity) AS similarity,
  caption,
  replace(url, 'file:openclipart/png/', '') AS picture
FROM pair_audit
WHERE role = 'train' AND status = 'rejected'
ORDER BY similarity, key
LIMIT 10;
