package names

import "testing"

// A name in characters is found by its reading, a body's by the meaning of its words as well.
func TestChineseCharacters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		kind Kind
		same bool
	}{
		{"孙立新", "Sun Lixin", Person, true},
		{"孫立新", "Sun Li Xin", Person, true},
		{"孙立新", "Lixin SUN", Person, true},
		{"欧阳文山", "Ouyang Wenshan", Person, true},
		{"孙立新", "Sun Lixing", Person, false},
		{"孙立新", "Song Lixin", Person, false},
		{"孙立新", "孙立兴", Person, false},
		{"曾国山", "Zeng Guoshan", Person, true},
		{"深圳远山科技有限公司", "Shenzhen Yuanshan Technology Co., Ltd.", Organization, true},
		{"深圳远山科技有限公司", "Shenzhen Yuanhai Technology Co., Ltd.", Organization, false},
		{"遠山船務(香港)有限公司", "Yuanshan Shipping (Hong Kong) Ltd", Organization, true},
	} {
		if r := Compare(c.a, c.b, c.kind); r.Match != c.same {
			t.Errorf("%s and %s: %.3f %s", c.a, c.b, r.Similarity, r)
		}
	}
}

func TestSearchByReading(t *testing.T) {
	x := indexOf([]listed{{"1", "孙立新", Person}, {"2", "Sun Lihua", Person}, {"3", "深圳远山科技有限公司", Organization}, {"4", "Ouyang Wenshan", Person}})
	s := NewSearcher(x)
	for query, want := range map[string]string{"Sun Lixin": "1", "孫立新": "1", "Shenzhen Yuanshan Technology": "3", "歐陽文山": "4"} {
		if h := s.Search(query, Guess, 1); len(h) == 0 || h[0].ID != want {
			t.Errorf("%s finds %v, want %s", query, h, want)
		}
	}
}

func TestPinyinSyllables(t *testing.T) {
	for w, want := range map[string]bool{"xiaoming": true, "lixin": true, "zhuang": true, "petrov": false, "kim": false, "": true} {
		if got := inPinyin(w, koreanWords); got != want {
			t.Errorf("%q: %v", w, got)
		}
	}
}
