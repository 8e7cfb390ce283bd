# Ruby mysql2: text and prepared statements, streaming.
require 'mysql2'
address = { host: '127.0.0.1', port: ENV['PORT'].to_i, username: 'app', password: 'app', database: 'shop', encoding: 'utf8mb4' }
client = Mysql2::Client.new(address)
show = ->(label, rows) { rows.each { |row| puts "#{label} #{row.map { |k, v| "#{k}=#{v.is_a?(BigDecimal) ? v.to_s('F') : v.inspect}" }.join(' ')}" } }
show.('server', client.query('SELECT VERSION() AS v, DATABASE() AS d'))
show.('point', client.query('SELECT * FROM users WHERE id = 7'))
show.('in', client.query('SELECT id, name FROM users WHERE id IN (1, 2, 3, 5) ORDER BY id'))
show.('group', client.query('SELECT country, COUNT(*) AS n, AVG(balance) AS a FROM users GROUP BY country ORDER BY n DESC, country'))
point = client.prepare('SELECT * FROM users WHERE id = ?')
[1, 2, 3].each { |id| show.('prepared', point.execute(id)) }
insert = client.prepare('INSERT INTO notes (id, title, amount, happened, day, raw, flag) VALUES (?, ?, ?, ?, ?, ?, ?)')
insert.execute(800, 'Grüße 日本 😀', BigDecimal('12.5'), Time.utc(2024, 2, 29, 12, 34, 56), Date.new(2024, 2, 29), 'raw', true)
puts "affected #{insert.affected_rows}"
show.('read back', client.prepare('SELECT id, title, amount, day, raw, flag FROM notes WHERE id IN (?, ?)').execute(800, 801))
client.query('BEGIN')
client.query('UPDATE users SET balance = balance + 1 WHERE id IN (1, 2)')
puts "affected #{client.affected_rows}"
client.query('ROLLBACK')
show.('rolled back', client.query('SELECT id, balance FROM users WHERE id IN (1, 2) ORDER BY id'))
['SELECT * FROM nowhere', 'SELEC 1', "INSERT INTO notes (id, title) VALUES (800, 'twice')"].each do |sql|
  begin
    client.query(sql)
  rescue Mysql2::Error => error
    puts "error #{error.error_number} #{error.sql_state} #{error.message}"
  end
end
puts "ping #{client.ping}"
client.select_db('main')
show.('settings', client.query('SELECT * FROM settings ORDER BY name'))
client.select_db('shop')
client.query("SELECT CAST('1x' AS SIGNED)")
puts "warnings #{client.warning_count}"
client.query('DELETE FROM notes')
client.close
