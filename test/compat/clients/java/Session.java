// MariaDB Connector/J: text and server-side prepared statements, batches, metadata, timeouts.
import java.sql.*;

public class Session {
    static void show(String label, ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        while (rows.next()) {
            StringBuilder line = new StringBuilder(label);
            for (int i = 1; i <= meta.getColumnCount(); i++) line.append(" | ").append(rows.getString(i));
            System.out.println(line);
        }
        for (int i = 1; i <= meta.getColumnCount(); i++)
            System.out.println(label + " column " + meta.getColumnLabel(i) + " " + meta.getColumnTypeName(i) + " " + meta.getTableName(i)
                + " " + meta.getCatalogName(i) + " " + meta.getPrecision(i) + " " + meta.getScale(i) + " " + meta.isNullable(i));
        rows.close();
    }

    static void session(String options) throws SQLException {
        System.out.println("options " + options);
        String url = "jdbc:mariadb://127.0.0.1:" + System.getenv("PORT") + "/shop?user=app&password=app" + options;
        try (Connection connection = DriverManager.getConnection(url)) {
            DatabaseMetaData meta = connection.getMetaData();
            System.out.println("product " + meta.getDatabaseProductName() + " " + meta.getDatabaseProductVersion());
            try (Statement statement = connection.createStatement()) {
                show("server", statement.executeQuery("SELECT VERSION(), DATABASE()"));
                show("in", statement.executeQuery("SELECT id, name FROM users WHERE id IN (1, 2, 3, 5) ORDER BY id"));
                show("group", statement.executeQuery("SELECT country, COUNT(*) AS n, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country"));
            }
            try (PreparedStatement point = connection.prepareStatement("SELECT * FROM users WHERE id = ?")) {
                for (long id = 7; id < 10; id++) { point.setLong(1, id); show("point", point.executeQuery()); }
            }
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO notes (id, title, amount, happened, raw, flag) VALUES (?, ?, ?, ?, ?, ?)")) {
                for (int i = 0; i < 5; i++) {
                    insert.setLong(1, 1000 + i);
                    insert.setString(2, "Grüße 日本 😀 " + i);
                    insert.setBigDecimal(3, new java.math.BigDecimal("12.345678"));
                    insert.setTimestamp(4, Timestamp.valueOf("2024-02-29 12:34:56.789"));
                    insert.setBytes(5, new byte[] {0, -1, 39, 92});
                    insert.setBoolean(6, i % 2 == 0);
                    insert.addBatch();
                }
                System.out.println("batch " + java.util.Arrays.toString(insert.executeBatch()));
            }
            try (PreparedStatement read = connection.prepareStatement("SELECT id, title, amount, happened, HEX(raw), flag FROM notes WHERE id >= ? ORDER BY id")) {
                read.setInt(1, 1000);
                show("read back", read.executeQuery());
            }
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            try (Statement statement = connection.createStatement()) {
                for (boolean commit : new boolean[] {false, true}) {
                    System.out.println("update " + statement.executeUpdate("UPDATE users SET balance = balance + 5 WHERE id = 1"));
                    System.out.println("update " + statement.executeUpdate("UPDATE users SET balance = balance - 5 WHERE id = 2"));
                    Savepoint savepoint = connection.setSavepoint("later");
                    statement.executeUpdate("DELETE FROM notes WHERE id IN (1000, 1001)");
                    connection.rollback(savepoint);
                    if (commit) connection.commit(); else connection.rollback();
                    show("balances", statement.executeQuery("SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id"));
                    connection.commit();
                }
            }
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(5);
                show("with time limit", statement.executeQuery("SELECT COUNT(*) FROM notes"));
                statement.setMaxRows(2);
                show("first two", statement.executeQuery("SELECT id FROM users ORDER BY id"));
            }
            for (String sql : new String[] {"SELECT * FROM nowhere", "SELEC 1", "INSERT INTO notes (id, title) VALUES (1000, 'twice')"}) {
                try (Statement statement = connection.createStatement()) { statement.execute(sql); }
                catch (SQLException error) { System.out.println("error " + error.getErrorCode() + " " + error.getSQLState() + " " + error.getMessage().replaceAll("\\(conn=\\d+\\)", "")); }
            }
            show("catalogs", meta.getCatalogs());
            show("tables", meta.getTables("shop", null, "%", new String[] {"TABLE"}));
            show("columns", meta.getColumns("shop", null, "users", "%"));
            show("primary", meta.getPrimaryKeys("shop", null, "orders"));
            show("other database", meta.getTables("main", null, "%", null));
            System.out.println("valid " + connection.isValid(5));
            connection.setCatalog("main");
            try (Statement statement = connection.createStatement()) {
                show("settings", statement.executeQuery("SELECT * FROM settings ORDER BY name"));
                System.out.println("deleted " + statement.executeUpdate("DELETE FROM shop.notes WHERE id >= 1000"));
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        session("");
        session("&useServerPrepStmts=true&useFractionalSeconds=true");
        session("&rewriteBatchedStatements=true&sessionVariables=sql_mode='ANSI_QUOTES'");
    }
}
