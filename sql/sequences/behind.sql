-- Sequences that would give a number which their column has already.
select b.sequence, b.relation, b.field from sequences_behind() b
