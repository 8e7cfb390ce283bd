// go-sql-driver: prepared statements for every query with arguments, or interpolation.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func show(label string, rows *sql.Rows, err error) {
	if err != nil {
		fmt.Println(label, "error", err)
		return
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	must(err)
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(sql.NullString)
		}
		must(rows.Scan(cells...))
		fmt.Print(label)
		for _, cell := range cells {
			text := cell.(*sql.NullString)
			fmt.Printf(" %q/%v", text.String, text.Valid)
		}
		fmt.Println()
	}
	must(rows.Err())
	for _, column := range columns {
		nullable, _ := column.Nullable()
		fmt.Println(label, "column", column.Name(), column.DatabaseTypeName(), nullable)
	}
}

func session(options string) {
	fmt.Println("options", options)
	db, err := sql.Open("mysql", "app:app@tcp(127.0.0.1:"+os.Getenv("PORT")+")/shop?charset=utf8mb4"+options)
	must(err)
	defer db.Close()
	db.SetMaxOpenConns(3)
	must(db.Ping())
	rows, err := db.Query("SELECT VERSION(), DATABASE(), @@max_allowed_packet")
	show("server", rows, err)
	for _, id := range []any{7, int64(8), "9"} {
		rows, err = db.Query("SELECT * FROM users WHERE id = ?", id)
		show("point", rows, err)
	}
	rows, err = db.Query("SELECT id, name FROM users WHERE id IN (?, ?, ?) ORDER BY id", 1, 2, 30)
	show("in", rows, err)
	rows, err = db.Query("SELECT country, COUNT(*) AS n, AVG(balance) FROM users GROUP BY country ORDER BY n DESC, country")
	show("group", rows, err)
	result, err := db.Exec("INSERT INTO notes (id, title, amount, happened, raw, flag) VALUES (?, ?, ?, ?, ?, ?)",
		900, "Grüße 日本 😀", 12.5, time.Date(2024, 2, 29, 12, 34, 56, 789000000, time.UTC), []byte{0, 255, 39}, true)
	must(err)
	affected, _ := result.RowsAffected()
	fmt.Println("inserted", affected)
	rows, err = db.Query("SELECT id, title, amount, happened, raw, flag FROM notes WHERE id >= ? ORDER BY id", 900)
	show("read back", rows, err)
	for _, commit := range []bool{false, true} {
		tx, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		must(err)
		_, err = tx.Exec("UPDATE users SET balance = balance + ? WHERE id = ?", 5, 1)
		must(err)
		_, err = tx.Exec("UPDATE users SET balance = balance - ? WHERE id = ?", 5, 2)
		must(err)
		if commit {
			must(tx.Commit())
		} else {
			must(tx.Rollback())
		}
		rows, err = db.Query("SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id")
		show("balances", rows, err)
	}
	readOnly, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	must(err)
	_, err = readOnly.Exec("DELETE FROM users WHERE id = 1")
	fmt.Println("read only", err)
	must(readOnly.Rollback())
	statement, err := db.Prepare("SELECT name FROM users WHERE id = ?")
	must(err)
	for id := 1; id < 6; id++ {
		var name string
		must(statement.QueryRow(id).Scan(&name))
		fmt.Println("prepared", name)
	}
	must(statement.Close())
	for _, text := range []string{"SELECT * FROM nowhere", "SELEC 1", "SELECT nothing FROM users", "INSERT INTO notes (id, title) VALUES (900, 'twice')"} {
		_, err := db.Exec(text)
		fmt.Println("error", err)
	}
	rows, err = db.Query("SHOW TABLES")
	show("tables", rows, err)
	rows, err = db.Query("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ? ORDER BY 1, ordinal_position", "shop")
	show("columns", rows, err)
	_, err = db.Exec("DELETE FROM notes WHERE id >= ?", 900)
	must(err)
}

func main() {
	session("")
	session("&interpolateParams=true&parseTime=true&maxAllowedPacket=0")
	session("&clientFoundRows=true&collation=utf8mb4_unicode_ci&time_zone=%27%2B02%3A00%27")
}
