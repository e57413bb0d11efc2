-- Brings the rollups up to date; null: another process is at it, or they are not built.
select fold_rollups(:at_most::int) as taken
