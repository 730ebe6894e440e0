-- grain: one row per unit (unit_tree), and one per unit and unit above it, itself included (unit_ancestors)
-- A unit that is used and not declared, or whose parent is not declared, stands at the top: never lost, never hidden.
create table unit_tree as
with recursive used as (
    select distinct unit_id from responses
    union select distinct unit_id from invitations
    union select distinct unit_id from business
    union select distinct unit_id from renewals
),
known as (
    select unit_id, name, parent_id, kind from units where parent_id is null or parent_id in (select unit_id from units)
    union all
    select unit_id, name, null, kind from units where parent_id not in (select unit_id from units)
    union all
    select unit_id, unit_id, null, null from used anti join units using (unit_id)
),
tree as (
    select unit_id, name, parent_id, kind, 0 as depth, [unit_id] as path_ids, [name] as path_names
    from known where parent_id is null
    union all
    select child.unit_id, child.name, child.parent_id, child.kind, depth + 1,
        list_append(path_ids, child.unit_id), list_append(path_names, child.name)
    from known as child join tree as parent on child.parent_id = parent.unit_id
)
select * from tree order by path_names;

create table unit_ancestors as
select unit_id, unnest(path_ids) as ancestor_id, depth from unit_tree;
