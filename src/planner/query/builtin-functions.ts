// Names of functions every server has: any other call may be a stored function that reads tables. (MariaDB's area, within and
// their like are no such names: on MySQL they may be somebody's.)

const names = `
abs acos adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg benchmark bin bin_to_uuid bit_count
bit_length can_access_column ceil ceiling char char_length character_length charset chr coalesce coercibility collation
column_add column_check column_create column_delete column_exists column_get column_json column_list compress concat
concat_ws connection_id conv convert convert_tz cos cot crc32 crc32c curdate current_date current_role current_time
current_timestamp current_user curtime database date date_add date_format date_sub datediff day dayname dayofmonth
dayofweek dayofyear decode decode_histogram decode_oracle default degrees des_decrypt des_encrypt elt encode encrypt exp
export_set extract extractvalue field find_in_set floor format format_bytes format_pico_time found_rows from_base64
from_days from_unixtime geometrycollection geomcollection get_format get_lock greatest grouping gtid_subset gtid_subtract
hex hour icu_version if ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr interval is_free_lock is_ipv4
is_ipv4_compat is_ipv4_mapped is_ipv6 is_used_lock is_uuid isnull json_append json_array json_array_append
json_array_insert json_array_intersect json_compact json_contains json_contains_path json_depth json_detailed json_equals
json_exists json_extract json_insert json_keys json_key_value json_length json_loose json_merge json_merge_patch
json_merge_preserve json_normalize json_object json_object_filter_keys json_object_to_array json_overlaps json_pretty
json_query json_quote json_remove json_replace json_schema_valid json_schema_validation_report json_search json_set
json_storage_free json_storage_size json_table json_type json_unquote json_valid json_value kdf last_day last_insert_id
last_value lcase least left length lengthb linestring ln load_file localtime localtimestamp locate log log10 log2 lower
lpad ltrim make_set makedate maketime master_gtid_wait master_pos_wait mbrcontains mbrcoveredby mbrcovers mbrdisjoint
mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin md5 microsecond mid minute mod month monthname
multilinestring multipoint multipolygon name_const natural_sort_key nextval now nullif nvl nvl2 oct octet_length
old_password ord password period_add period_diff pi point polygon position pow power quarter quote radians rand
random_bytes regexp_instr regexp_like regexp_replace regexp_substr release_all_locks release_lock repeat replace reverse
right rlike roles_graphml round row_count rpad rtrim schema sec_to_time second session_user setval sformat sha sha1 sha2
sign sin sleep soundex source_pos_wait space sqrt st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_buffer
st_buffer_strategy st_centroid st_contains st_convexhull st_crosses st_difference st_dimension st_disjoint st_distance
st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring st_frechetdistance st_geohash st_geomcollfromtext
st_geometryfromtext st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_hausdorffdistance
st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_isring st_issimple st_isvalid st_latfromgeohash
st_latitude st_length st_linefromtext st_linefromwkb st_lineinterpolatepoint st_longfromgeohash st_longitude st_makeenvelope
st_mlinefromtext st_mpointfromtext st_mpolyfromtext st_numgeometries st_numinteriorrings st_numpoints st_overlaps
st_pointatdistance st_pointfromgeohash st_pointfromtext st_pointn st_pointonsurface st_polyfromtext st_polyfromwkb
st_relate st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate
st_within st_x st_y statement_digest statement_digest_text str_to_date strcmp subdate substr substring substring_index
subtime sys_guid sysdate system_user tan time time_format time_to_sec timediff timestamp timestampadd timestampdiff
to_base64 to_char to_days to_number to_seconds to_vector trim trim_oracle truncate ucase uncompress uncompressed_length
unhex unix_timestamp updatexml upper user utc_date utc_time utc_timestamp uuid uuid_short uuid_to_bin
validate_password_strength value values vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext
vector_dim vector_to_string string_to_vector version wait_for_executed_gtid_set week weekday weekofyear weight_string
wsrep_last_seen_gtid wsrep_last_written_gtid wsrep_sync_wait_upto_gtid year yearweek x y
asbinary astext aswkb aswkt convexhull endpoint exteriorring geomcollfromtext geomcollfromwkb geometrycollectionfromtext
geometrycollectionfromwkb geometryfromtext geometryfromwkb geometryn geometrytype geomfromtext geomfromwkb glength
interiorringn isclosed isempty isring issimple linefromtext linefromwkb linestringfromtext linestringfromwkb mlinefromtext
mlinefromwkb mpointfromtext mpointfromwkb mpolyfromtext mpolyfromwkb multilinestringfromtext multilinestringfromwkb
multipointfromtext multipointfromwkb multipolygonfromtext multipolygonfromwkb numgeometries numinteriorrings numpoints
pointfromtext pointfromwkb pointn pointonsurface polyfromtext polyfromwkb polygonfromtext polygonfromwkb srid startpoint
st_boundary st_geomcollfromwkb st_geometrycollectionfromtext st_geometrycollectionfromwkb st_geometryfromwkb
st_linestringfromtext st_linestringfromwkb st_mlinefromwkb st_mpointfromwkb st_mpolyfromwkb st_multilinestringfromtext
st_multilinestringfromwkb st_multipointfromtext st_multipointfromwkb st_multipolygonfromtext st_multipolygonfromwkb
st_pointfromwkb st_polygonfromtext st_polygonfromwkb
`;

const builtin: ReadonlySet<string> = new Set(names.split(/\s+/).filter((name) => name !== ''));

/** `name` in lower case. */
export function isBuiltinFunction(name: string): boolean {
  return builtin.has(name);
}

/** Tell of the connection they run on, which is Shardgate's and not the client's. */
export const connectionFunctions: ReadonlySet<string> = new Set([
  'connection_id',
  'last_insert_id',
  'row_count',
  'found_rows',
  'database',
  'schema',
  'user',
  'current_user',
  'current_role',
  'session_user',
  'system_user',
  'load_file',
]);

/** Differ from call to call, or act on the connection they run on. */
export const volatileFunctions: ReadonlySet<string> = new Set([
  'rand',
  'uuid',
  'uuid_short',
  'sys_guid',
  'sysdate',
  'sleep',
  'benchmark',
  'random_bytes',
  ...connectionFunctions,
  'nextval',
  'setval',
  'name_const',
  'last_value',
  'json_table',
]);

/** Would take or release locks on every shard by itself. */
export const lockFunctions: ReadonlySet<string> = new Set([
  'get_lock',
  'release_lock',
  'release_all_locks',
  'is_free_lock',
  'is_used_lock',
]);
