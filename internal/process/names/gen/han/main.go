// Command han writes ../tables/han.tsv: Chinese characters by the syllable they are read in, in pinyin without tones.
// Run it in the package's directory:
//
//	go run ./gen/han -dict FILE > tables/han.tsv
//
// FILE is pinyin_dict.go of github.com/mozillazg/go-pinyin (MIT), whose readings come from the Unihan database of the
// Unicode Consortium; the first reading counts. Only the characters of GB 2312 and of the first level of Big5 are kept.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"
)

func main() {
	dict := flag.String("dict", "pinyin_dict.go", "dictionary of readings")
	flag.Parse()
	f, err := os.Open(*dict)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	line := regexp.MustCompile(`^\s*0x([0-9A-F]+): "([^,"]+)`)
	byReading := map[string][]rune{}
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		m := line.FindStringSubmatch(sc.Text())
		if m == nil {
			continue
		}
		c, err := strconv.ParseInt(m[1], 16, 32)
		if err != nil {
			log.Fatal(err)
		}
		if r := rune(c); common(r) {
			p := plain(m[2])
			byReading[p] = append(byReading[p], r)
		}
	}
	if err := sc.Err(); err != nil {
		log.Fatal(err)
	}
	var readings []string
	for p := range byReading {
		readings = append(readings, p)
	}
	slices.Sort(readings)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprintln(w, "# characters of GB 2312 and Big5 level 1 by reading: mozillazg/go-pinyin (MIT), after Unihan")
	for _, p := range readings {
		slices.Sort(byReading[p])
		fmt.Fprintf(w, "%s\t%s\n", p, string(byReading[p]))
	}
}

// plain takes the tone marks off; ü is written v as in input methods.
func plain(p string) string {
	p = strings.NewReplacer("ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v").Replace(p)
	var b strings.Builder
	for _, r := range norm.NFD.String(p) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// common says whether a character is in daily use by the older national standards.
func common(r rune) bool {
	if r < 0x4e00 || r > 0x9fff {
		return false
	}
	if b, err := simplifiedchinese.HZGB2312.NewEncoder().String(string(r)); err == nil && b != "" {
		return true
	}
	b, err := traditionalchinese.Big5.NewEncoder().Bytes([]byte(string(r)))
	return err == nil && len(b) == 2 && b[0] >= 0xa4 && b[0] <= 0xc6
}
