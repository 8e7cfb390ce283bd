# Perl DBI with the driver named by the first argument: mysql or MariaDB.
use strict; use warnings; use utf8;
use DBI;
binmode STDOUT, ':utf8';
my ($driver) = @ARGV;
my %utf8 = $driver eq 'mysql' ? (mysql_enable_utf8mb4 => 1) : ();
for my $prepared (0, 1) {
  print "server side prepares: $prepared\n";
  my $prefix = lc $driver;
  my $db = DBI->connect("DBI:$driver:database=shop;host=127.0.0.1;port=$ENV{PORT}", 'app', 'app',
    { RaiseError => 1, PrintError => 0, %utf8, "${prefix}_server_prepare" => $prepared });
  sub show { my ($label, $rows) = @_; print $label, ' ', join(', ', map { defined ? $_ : 'NULL' } @$_), "\n" for @$rows }
  show('server', $db->selectall_arrayref('SELECT VERSION(), DATABASE()'));
  my $point = $db->prepare('SELECT * FROM users WHERE id = ?');
  for my $id (7, '8', 9) { $point->execute($id); show('point', $point->fetchall_arrayref) }
  $point->execute(1);
  print 'names ', join(' ', @{ $point->{NAME} }), ' types ', join(' ', @{ $point->{TYPE} }), ' null ', join(' ', map { $_ ? 1 : 0 } @{ $point->{NULLABLE} }), "\n";
  $point->finish;
  show('in', $db->selectall_arrayref('SELECT id, name FROM users WHERE id IN (?, ?, ?) ORDER BY id', undef, 1, 2, 30));
  show('group', $db->selectall_arrayref('SELECT country, COUNT(*), AVG(balance) FROM users GROUP BY country ORDER BY 2 DESC, 1'));
  print 'insert ', $db->do('INSERT INTO notes (id, title, amount, raw) VALUES (?, ?, ?, ?)', undef, 700, 'Grüße 日本 😀', '1.25', undef), "\n";
  print 'many ', $db->do("INSERT INTO notes (id, title) VALUES (701, 'a'), (702, 'b'), (703, 'c')"), "\n";
  show('read back', $db->selectall_arrayref('SELECT id, title, amount, raw FROM notes WHERE id >= 700 ORDER BY id'));
  $db->begin_work;
  $db->do('UPDATE users SET balance = balance + 1 WHERE id = 1');
  $db->do('UPDATE users SET balance = balance - 1 WHERE id = 2');
  $db->rollback;
  show('rolled back', $db->selectall_arrayref('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'));
  $db->begin_work;
  print 'deleted ', $db->do('DELETE FROM notes WHERE id >= 700'), "\n";
  $db->commit;
  for my $sql ('SELECT * FROM nowhere', 'SELEC 1', 'SELECT nothing FROM users', "INSERT INTO users (id, name, email, country, created_at) VALUES (1, 'a', 'b', 'DE', NOW())") {
    eval { $db->do($sql) };
    print 'error ', $db->err, ' ', $db->state, ' ', $db->errstr, "\n";
  }
  print 'ping ', $db->ping ? 1 : 0, "\n";
  my $tables = $db->table_info('', 'shop', '%', 'TABLE');
  show('tables', $tables->fetchall_arrayref);
  my $columns = $db->column_info(undef, 'shop', 'notes', '%');
  while (my $row = $columns->fetchrow_hashref) { print 'column ', join(', ', map { defined $row->{$_} ? $row->{$_} : 'NULL' } qw(TABLE_SCHEM TABLE_NAME COLUMN_NAME TYPE_NAME COLUMN_SIZE NULLABLE COLUMN_DEF)), "\n" }
  print 'primary ', join(' ', $db->primary_key(undef, 'shop', 'orders')), "\n";
  $db->{AutoCommit} = 0;
  show('autocommit', $db->selectall_arrayref('SELECT @@autocommit'));
  $db->rollback;
  $db->disconnect;
}
