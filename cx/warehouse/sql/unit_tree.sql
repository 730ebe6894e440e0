-- grain: one row per unit, in the order of the hierarchy
-- reads: unit_tree
select unit_id, name, parent_id, kind, depth, path_names from unit_tree order by path_names
