package source

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// columns is a table whose columns have names.
func columns(names []string) detect.Layout {
	l := cells()
	l.Columns = names
	return l
}

// plainCell makes spaces of what would end cells and rows.
func plainCell(s string) string {
	if strings.ContainsAny(s, "\x1e\x1f") {
		return strings.NewReplacer("\x1e", " ", "\x1f", " ").Replace(s)
	}
	return s
}

// decodeParquet reads the rows of a Parquet file. A nested column is named by
// its path, a.b.
func decodeParquet(o *opened, at io.ReaderAt, size int64) error {
	f, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	var names []string
	for _, path := range f.Schema().Columns() {
		names = append(names, strings.Join(path, "."))
	}
	return o.document("", "parquet", columns(names), func(w *bufio.Writer) error {
		for _, group := range f.RowGroups() {
			if err := writeRows(w, group); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeRows(w *bufio.Writer, group parquet.RowGroup) error {
	rows := group.Rows()
	defer rows.Close()
	batch := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(batch)
		for _, row := range batch[:n] {
			if err := writeRow(w, row); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// writeRow writes a row. What is repeated in a column stands in its cell with
// spaces between.
func writeRow(w *bufio.Writer, row parquet.Row) error {
	at := 0
	for i, v := range row {
		for ; at < v.Column(); at++ {
			w.WriteByte(detect.CellEnd)
		}
		s := ""
		if !v.IsNull() {
			s = plainCell(v.String())
		}
		if i > 0 && row[i-1].Column() == v.Column() {
			w.WriteByte(' ')
		}
		if _, err := w.WriteString(s); err != nil {
			return err
		}
	}
	return w.WriteByte(detect.RowEnd)
}

// decodeSQLite reads every table of an SQLite file. What a log beside it has is
// not seen: a file that is in use is read as it was last put in order.
func decodeSQLite(o *opened, at io.ReaderAt, size int64) error {
	f, err := os.CreateTemp("", "guanji-*.db")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := io.Copy(f, io.NewSectionReader(at, 0, size)); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+f.Name()+"?mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := db.Conn(o.ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := sqlite.Limit(c, sqlite3.SQLITE_LIMIT_LENGTH, maxValue); err != nil {
		return err
	}
	names, err := tables(o, c)
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name()) // it is open; a kill from now on leaves nothing. Where that fails it is removed at the end
	for _, name := range names {
		if err := o.sqlTable(c, name); err != nil {
			return err
		}
	}
	return nil
}

// maxValue is the longest value of an SQLite file that is read, in bytes.
const maxValue = 64 << 20

func tables(o *opened, db *sql.Conn) (names []string, err error) {
	rows, err := db.QueryContext(o.ctx, `select name from sqlite_master where type = 'table' and name not like 'sqlite\_%' escape '\' order by name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// sqlTable hands on one table.
func (o *opened) sqlTable(db *sql.Conn, name string) error {
	rows, err := db.QueryContext(o.ctx, `select * from "`+strings.ReplaceAll(name, `"`, `""`)+`"`)
	if err != nil {
		o.skipped(name, discover.Damaged, "")
		return nil
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	return o.document(name, "sqlite", columns(names), func(w *bufio.Writer) error {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				return err
			}
			for i, v := range values {
				if i > 0 {
					w.WriteByte(detect.CellEnd)
				}
				w.WriteString(plainCell(textOf(*v.(*any))))
			}
			if err := w.WriteByte(detect.RowEnd); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return string(v)
	case string:
		return v
	}
	return fmt.Sprint(v)
}
