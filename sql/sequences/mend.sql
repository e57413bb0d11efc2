-- Puts one of them behind its column; the next number that it gives, or null where it could not be
-- had.
select mend_sequence(:sequence, :relation, :field)::text as next
