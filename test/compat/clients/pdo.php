<?php
// PHP's PDO and mysqli: emulated and native prepares, buffered and not, change_user, multi_query.
function show(string $label, iterable $rows): void {
    foreach ($rows as $row) echo $label, ' ', json_encode($row, JSON_UNESCAPED_UNICODE | JSON_PARTIAL_OUTPUT_ON_ERROR), "\n";
}

function session(bool $emulated): void {
    $port = getenv('PORT');
    $pdo = new PDO("mysql:host=127.0.0.1;port=$port;dbname=shop;charset=utf8mb4", 'app', 'app', [
        PDO::ATTR_EMULATE_PREPARES => $emulated,
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
        PDO::MYSQL_ATTR_INIT_COMMAND => "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, sql_mode = 'STRICT_TRANS_TABLES'",
    ]);
    echo 'version ', $pdo->getAttribute(PDO::ATTR_SERVER_VERSION), "\n";
    $point = $pdo->prepare('SELECT * FROM users WHERE id = ?');
    foreach ([7, 8, '9'] as $id) {
        $point->execute([$id]);
        show('point', $point->fetchAll());
    }
    for ($i = 0; $i < $point->columnCount(); $i++) show('meta', [$point->getColumnMeta($i)]);
    $named = $pdo->prepare('SELECT id, name FROM users WHERE id IN (:a, :b, :c) ORDER BY id');
    $named->execute(['a' => 1, 'b' => 2, 'c' => 30]);
    show('in', $named->fetchAll());
    show('group', $pdo->query('SELECT country, COUNT(*) AS n, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country')->fetchAll());
    $limit = $pdo->prepare('SELECT id FROM orders WHERE total > ? ORDER BY total DESC, id LIMIT 3');
    $limit->execute([100.5]);
    show('limit', $limit->fetchAll());

    $insert = $pdo->prepare('INSERT INTO notes (id, title, amount, ratio, happened, raw, doc, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    foreach ([[600, 'Grüße 日本 😀', '123.456789', 0.5, '2024-02-29 12:34:56.789', "\x00\xff'\\", '{"a":1}', true], [601, null ?? 'second', null, null, null, null, null, false]] as $row) {
        $insert->bindValue(1, $row[0], PDO::PARAM_INT);
        $insert->bindValue(2, $row[1]);
        $insert->bindValue(3, $row[2]);
        $insert->bindValue(4, $row[3]);
        $insert->bindValue(5, $row[4]);
        $insert->bindValue(6, $row[5], PDO::PARAM_LOB);
        $insert->bindValue(7, $row[6]);
        $insert->bindValue(8, $row[7], PDO::PARAM_BOOL);
        $insert->execute();
        echo 'inserted ', $insert->rowCount(), "\n";
    }
    $read = $pdo->prepare('SELECT id, title, amount, ratio, happened, HEX(raw) AS raw, doc, mood, flag FROM notes WHERE id >= ? ORDER BY id');
    $read->execute([600]);
    foreach ($read as $row) show('typed', [array_map(fn ($cell) => [gettype($cell), $cell], $row)]);

    $pdo->beginTransaction();
    $pdo->exec('UPDATE users SET balance = balance + 5 WHERE id = 1');
    $pdo->exec('UPDATE users SET balance = balance - 5 WHERE id = 2');
    var_dump($pdo->inTransaction());
    $pdo->rollBack();
    show('rolled back', $pdo->query('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id')->fetchAll());
    $pdo->beginTransaction();
    echo $pdo->exec('UPDATE notes SET title = UPPER(title) WHERE id IN (600, 601)'), " changed\n";
    $pdo->commit();
    show('committed', $pdo->query('SELECT id, title FROM notes WHERE id >= 600 ORDER BY id')->fetchAll(PDO::FETCH_NUM));
    foreach (["INSERT INTO notes (id, title) VALUES (600, 'twice')", 'SELECT * FROM nowhere', 'SELEC 1', 'SELECT nothing FROM users'] as $sql) {
        try {
            $statement = $pdo->prepare($sql);
            $statement->execute();
        } catch (PDOException $error) {
            echo 'error ', json_encode($error->errorInfo), "\n";
        }
    }
    $show = $pdo->prepare('SHOW TABLES');
    $show->execute();
    show('tables', $show->fetchAll(PDO::FETCH_NUM));
    $columns = $pdo->prepare('SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position');
    $columns->execute(['shop', 'users']);
    show('columns', $columns->fetchAll(PDO::FETCH_NUM));
    $state = $pdo->prepare('SELECT DATABASE() AS d, @@autocommit AS a, @@sql_mode AS m, ? AS p');
    $state->execute(['x']);
    show('state', $state->fetchAll());
    echo $pdo->exec('DELETE FROM notes WHERE id >= 600'), " deleted\n";
    $pdo->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, false);
    $sum = 0;
    foreach ($pdo->query('SELECT id FROM users') as $row) $sum += $row['id'];
    echo "unbuffered $sum\n";
    $pdo->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, true);
}

echo "emulated\n";
session(true);
echo "native\n";
session(false);

echo "mysqli\n";
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$link = new mysqli('127.0.0.1', 'app', 'app', 'shop', (int) getenv('PORT'));
$link->set_charset('utf8mb4');
$link->multi_query('SELECT 1 AS one; SELECT COUNT(*) AS n FROM users; SELECT name FROM users WHERE id IN (1, 2) ORDER BY id');
do {
    show('multi', $link->store_result()->fetch_all(MYSQLI_ASSOC));
} while ($link->more_results() && $link->next_result());
$statement = $link->prepare('SELECT id, name, balance FROM users WHERE id = ? OR name = ? ORDER BY id');
$id = 3;
$name = 'user 4';
$statement->bind_param('is', $id, $name);
$statement->execute();
show('statement', $statement->get_result()->fetch_all(MYSQLI_ASSOC));
$statement->close();
echo 'change user ', json_encode($link->change_user('app', 'app', 'main')), "\n";
show('settings', $link->query('SELECT name, value FROM settings ORDER BY name')->fetch_all(MYSQLI_ASSOC));
$link->select_db('shop');
echo 'ping ', json_encode(@$link->ping()), "\n";
echo 'stat ', preg_match('/^Uptime: \d+  Threads: \d+/', $link->stat()), "\n";
$link->autocommit(false);
$link->query('UPDATE users SET balance = 0 WHERE id IN (1, 2)');
$link->rollback();
$link->autocommit(true);
show('rolled back', $link->query('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id')->fetch_all(MYSQLI_ASSOC));
try {
    $link->query('SELECT * FROM nowhere');
} catch (mysqli_sql_exception $error) {
    echo 'error ', $error->getCode(), ' ', $error->getSqlState(), ' ', $error->getMessage(), "\n";
}
$link->query("SELECT CAST('1x' AS SIGNED)");
echo 'warnings ', $link->warning_count, "\n";
$warning = $link->get_warnings();
echo 'warning ', $warning->errno, ' ', $warning->message, "\n";
$link->close();
