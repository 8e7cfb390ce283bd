// System variables by what a SET of them means behind a pool. Classes follow Vitess's sysvars, widened.

/**
 *  - setting: carried to every connection the session leases
 *  - proxy: Shardgate's own; never reaches a server
 *  - kept: accepted and shown back, without effect behind a pool
 *  - readOnly: SET is an error (1238)
 *  - refused: would not mean over many servers what it means on one
 */
export type VariableClass = 'setting' | 'proxy' | 'kept' | 'readOnly' | 'refused';

const settings = `character_set_client character_set_connection character_set_results character_set_filesystem
  collation_connection sql_mode time_zone tx_isolation transaction_isolation foreign_key_checks unique_checks check_constraint_checks
  group_concat_max_len innodb_lock_wait_timeout lock_wait_timeout lc_messages optimizer_switch optimizer_search_depth sql_safe_updates sql_big_selects
  max_heap_table_size tmp_table_size sort_buffer_size join_buffer_size read_buffer_size read_rnd_buffer_size
  sql_notes sql_warnings sql_quote_show_create default_week_format div_precision_increment lc_time_names
  max_statement_time max_execution_time max_sort_length max_join_size max_error_count sql_auto_is_null
  explicit_defaults_for_timestamp timestamp rand_seed1 rand_seed2 range_optimizer_max_mem_size cte_max_recursion_depth
  max_recursive_iterations max_length_for_sort_data min_examined_row_limit old_mode updatable_views_with_limit
  eq_range_index_dive_limit use_stat_tables in_predicate_conversion_threshold standard_compliant_cte
  show_create_table_skip_secondary_engine information_schema_stats_expiry sql_if_exists system_versioning_asof
  sql_require_primary_key windowing_use_high_precision sql_buffer_result default_storage_engine default_tmp_storage_engine
  innodb_strict_mode innodb_table_locks low_priority_updates query_cache_type join_cache_level join_buffer_space_limit
  tmp_memory_table_size optimizer_use_condition_selectivity max_seeks_for_key note_verbosity`;

const proxy = `sql_select_limit autocommit transaction_mode workload transaction_read_only tx_read_only last_insert_id identity
  skip_query_plan_cache ddl_strategy migration_context query_timeout transaction_timeout session_uuid client_found_rows
  enable_system_settings`;

const kept = `wait_timeout interactive_timeout net_read_timeout net_write_timeout net_retry_count net_buffer_length
  max_allowed_packet long_query_time slow_query_log log_slow_verbosity profiling profiling_history_size big_tables
  character_set_server collation_server character_set_database collation_database session_track_schema session_track_system_variables
  session_track_state_change session_track_transaction_info session_track_gtids completion_type
  pseudo_thread_id pseudo_slave_mode performance_schema resultset_metadata`;

const readOnly = `version version_comment version_compile_os version_compile_machine hostname port socket datadir basedir tmpdir
  license lower_case_table_names lower_case_file_system have_ssl system_time_zone protocol_version character_set_system
  warning_count error_count server_uuid innodb_page_size`;

const refused = `auto_increment_increment auto_increment_offset insert_id sql_log_bin sql_log_off binlog_format binlog_row_image gtid_next
  gtid_domain_id server_id gtid_seq_no default_master_connection skip_replication`;

function classify(): ReadonlyMap<string, VariableClass> {
  const all = new Map<string, VariableClass>();
  const groups: readonly (readonly [VariableClass, string])[] = [
    ['setting', settings],
    ['proxy', proxy],
    ['kept', kept],
    ['readOnly', readOnly],
    ['refused', refused],
  ];
  for (const [kind, names] of groups) for (const name of names.split(/\s+/)) all.set(name, kind);
  return all;
}

const classes = classify();

/** Class of a variable (lower-case name); null when Shardgate does not know it. */
export function variableClass(name: string): VariableClass | null {
  return classes.get(name) ?? null;
}

/** Modes of COMMIT over several shards. */
export type TransactionMode = 'single' | 'multi' | 'twopc';

export function isTransactionMode(value: string): value is TransactionMode {
  return value === 'single' || value === 'multi' || value === 'twopc';
}
