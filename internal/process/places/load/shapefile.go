package load

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"entente/internal/process/places"
)

// readShapefile reads a .shp with the .dbf beside it (ESRI Shapefile Technical
// Description, July 1998; dBASE III table file).
func (c *collection) readShapefile(path string) (FileReport, error) {
	shp, err := readBounded(path)
	if err != nil {
		return FileReport{}, err
	}
	base := path[:len(path)-len(filepath.Ext(path))]
	var dbf []byte
	for _, ext := range []string{".dbf", ".DBF"} {
		dbf, err = readBounded(base + ext)
		if err == nil {
			break
		}
	}
	if dbf == nil {
		return FileReport{Form: "shapefile", Note: "it has no .dbf beside it, so its points have no names; bring both"}, nil
	}
	return c.addShapefile(shp, dbf, path)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f, path)
}

func readLimited(r io.Reader, path string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%w: %s holds more than %d bytes", ErrTooLarge, path, maxFile)
	}
	return data, nil
}

// maxMembers bounds the files of a zip archive.
const maxMembers = 1000

// readZip reads every shapefile, GeoJSON file and GeoNames dump of an archive.
func (c *collection) readZip(r io.ReaderAt, size int64, path string) (FileReport, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return FileReport{}, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	if len(z.File) > maxMembers {
		return FileReport{}, fmt.Errorf("%w: %s has %d members, more than %d", ErrTooLarge, path, len(z.File), maxMembers)
	}
	members := map[string]*zip.File{}
	var inflated uint64
	for _, f := range z.File {
		members[strings.ToLower(f.Name)] = f
		inflated += f.UncompressedSize64
	}
	if inflated > maxFile {
		return FileReport{}, fmt.Errorf("%w: %s would inflate to %d bytes", ErrTooLarge, path, inflated)
	}
	open := func(f *zip.File) ([]byte, error) {
		m, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
		}
		defer m.Close()
		return readLimited(m, path+" "+f.Name)
	}
	out := FileReport{Form: "archive"}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		where := path + " " + f.Name
		var part FileReport
		switch filepath.Ext(name) {
		case ".shp":
			dbf := members[strings.TrimSuffix(name, ".shp")+".dbf"]
			if dbf == nil {
				out.Note = f.Name + " has no .dbf beside it"
				continue
			}
			shape, err := open(f)
			if err != nil {
				return out, err
			}
			table, err := open(dbf)
			if err != nil {
				return out, err
			}
			if part, err = c.addShapefile(shape, table, where); err != nil {
				return out, err
			}
		case ".geojson", ".json", ".tsv", ".txt":
			if base := filepath.Base(name); base == "readme.txt" {
				continue
			}
			data, err := open(f)
			if err != nil {
				return out, err
			}
			if part, err = c.readStream(bytes.NewReader(data), where); err != nil {
				return out, err
			}
		default:
			continue
		}
		out.Form += ", " + part.Form
		out.Skipped += part.Skipped
	}
	return out, nil
}

// addShapefile joins records of the two files by their order.
func (c *collection) addShapefile(shp, dbf []byte, path string) (FileReport, error) {
	f := FileReport{Form: "shapefile"}
	table, err := openDBF(dbf)
	if err != nil {
		return f, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	shapes, err := shpRecords(shp)
	if err != nil {
		return f, fmt.Errorf("%w: %s: %w", ErrFormat, path, err)
	}
	for i := 0; ; i++ {
		loops, point, more, err := shapes()
		if err != nil {
			return f, fmt.Errorf("%w: %s: record %d: %w", ErrFormat, path, i+1, err)
		}
		if !more || i >= table.rows {
			return f, nil
		}
		used, err := c.addFeature(table.row(i), loops, point)
		if err != nil {
			return f, err
		}
		if !used {
			f.Skipped++
		}
	}
}

// dbfTable is a dBASE table.
type dbfTable struct {
	data   []byte
	rows   int
	size   int
	fields []dbfField
}

type dbfField struct {
	name   string
	at, to int
}

// openDBF reads a table's header. Text is UTF-8, as the common operational
// data sets have it; what is not is read as Windows-1252's Latin letters would
// be guesswork, so such bytes are dropped.
func openDBF(data []byte) (*dbfTable, error) {
	if len(data) < 33 {
		return nil, fmt.Errorf("the table is shorter than its header")
	}
	rows := int64(binary.LittleEndian.Uint32(data[4:]))
	head, size := int(binary.LittleEndian.Uint16(data[8:])), int(binary.LittleEndian.Uint16(data[10:]))
	if head < 33 || head > len(data) || size < 1 {
		return nil, fmt.Errorf("the table's header has %d bytes, its rows %d", head, size)
	}
	rows = min(rows, int64(len(data)-head)/int64(size))
	t := &dbfTable{data: data[head:], rows: int(rows), size: size}
	at := 1
	for o := 32; o+32 <= head && data[o] != 0x0d; o += 32 {
		name, _, _ := bytes.Cut(data[o:o+11], []byte{0})
		n := int(data[o+16])
		if at+n > size || len(t.fields) >= maxColumns {
			return nil, fmt.Errorf("the table's columns are wider than its rows")
		}
		t.fields = append(t.fields, dbfField{strings.ToLower(string(name)), at, at + n})
		at += n
	}
	return t, nil
}

// row gives the cells of a row by column name.
func (t *dbfTable) row(i int) map[string]string {
	out := make(map[string]string, len(t.fields))
	r := t.data[i*t.size : (i+1)*t.size]
	for _, f := range t.fields {
		v := strings.ToValidUTF8(string(bytes.TrimRight(r[f.at:f.to], "\x00 ")), "")
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\x00", "")); v != "" {
			out[f.name] = v
		}
	}
	return out
}

// shpRecords gives an iterator over the records of a .shp file.
func shpRecords(data []byte) (func() (loops [][]places.LatLon, point *places.LatLon, more bool, err error), error) {
	if len(data) < 100 || binary.BigEndian.Uint32(data) != 9994 || binary.LittleEndian.Uint32(data[28:]) != 1000 {
		return nil, fmt.Errorf("it does not begin as a shapefile")
	}
	rest := data[100:]
	return func() (loops [][]places.LatLon, point *places.LatLon, more bool, err error) {
		if len(rest) < 12 {
			return nil, nil, false, nil
		}
		n := int64(binary.BigEndian.Uint32(rest[4:])) * 2
		if n < 4 || n > int64(len(rest)-8) {
			return nil, nil, false, fmt.Errorf("a record of %d bytes where %d are left", n, len(rest)-8)
		}
		body := rest[8 : 8+n]
		rest = rest[8+n:]
		loops, point, err = shapeOf(body)
		return loops, point, true, err
	}, nil
}

// shapeOf decodes one record: points, multipoints' first point, and polygons,
// with or without heights and measures; null and other shapes give nothing.
func shapeOf(b []byte) ([][]places.LatLon, *places.LatLon, error) {
	at := func(o int) places.LatLon {
		return places.LatLon{
			Lat: math.Float64frombits(binary.LittleEndian.Uint64(b[o+8:])),
			Lon: math.Float64frombits(binary.LittleEndian.Uint64(b[o:])),
		}
	}
	switch binary.LittleEndian.Uint32(b) {
	case 1, 11, 21: // point
		if len(b) < 20 {
			return nil, nil, fmt.Errorf("a point of %d bytes", len(b))
		}
		p := at(4)
		return nil, &p, nil
	case 8, 18, 28: // multipoint
		if len(b) < 56 {
			return nil, nil, fmt.Errorf("points of %d bytes", len(b))
		}
		p := at(40)
		return nil, &p, nil
	case 5, 15, 25: // polygon
		if len(b) < 44 {
			return nil, nil, fmt.Errorf("a polygon of %d bytes", len(b))
		}
		parts, points := int64(binary.LittleEndian.Uint32(b[36:])), int64(binary.LittleEndian.Uint32(b[40:]))
		first := 44 + parts*4
		if parts < 1 || points < 3 || first+points*16 > int64(len(b)) {
			return nil, nil, fmt.Errorf("a polygon of %d parts and %d points in %d bytes", parts, points, len(b))
		}
		var loops [][]places.LatLon
		for i := range parts {
			from := int64(binary.LittleEndian.Uint32(b[44+i*4:]))
			to := points
			if i+1 < parts {
				to = int64(binary.LittleEndian.Uint32(b[44+(i+1)*4:]))
			}
			if from > to || to > points {
				return nil, nil, fmt.Errorf("a polygon's parts are out of order")
			}
			loop := make([]places.LatLon, 0, to-from)
			for k := from; k < to; k++ {
				loop = append(loop, at(int(first+k*16)))
			}
			loops = append(loops, loop)
		}
		return loops, nil, nil
	}
	return nil, nil, nil
}
