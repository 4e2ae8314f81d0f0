package passage

import (
	"hash/maphash"
	"strings"

	"entente/internal/process/language"
)

// Part is what a sentence or line of a text is.
type Part string

// The parts of a text. Only Body and Title are read for what they say.
const (
	Body       Part = "body"
	Title      Part = "title"
	Navigation Part = "navigation"
	Share      Part = "share"
	Caption    Part = "caption"
	Legal      Part = "legal"
	Repeat     Part = "repeat"
)

// Parts tells for each sentence which part of a text it is. Pasted pages bring
// menus, share bars, captions and notices with them, and say their first lines
// twice; a sentence that says word for word what one before it said is a
// repetition. A sentence is Body unless something speaks against it.
func Parts(f *Form, tokens []Token, sentences []Sentence) []Part {
	parts := make([]Part, len(sentences))
	seen := make(map[uint64]bool, len(sentences))
	var h maphash.Hash
	h.SetSeed(seed)
	for i, s := range sentences {
		words := tokens[s.First:s.Last]
		parts[i] = part(words, f.Text[s.Start:s.End], len(sentences))
		if parts[i] != Body {
			continue
		}
		h.Reset()
		n := 0
		for k := range words {
			if words[k].Kind != Mark {
				h.WriteString(words[k].Key)
				h.WriteByte(' ')
				n++
			}
		}
		if n >= 5 {
			if seen[h.Sum64()] {
				parts[i] = Repeat
			}
			seen[h.Sum64()] = true
		}
	}
	// A first line of its own without a full stop is the title.
	if len(sentences) > 1 && parts[0] == Body {
		s := sentences[0]
		last := tokens[s.Last-1]
		if sentences[1].Paragraph > 0 && !(last.Kind == Mark && (last.Key == "." || last.Key == ":")) && s.End-s.Start <= 250 {
			parts[0] = Title
		}
	}
	return parts
}

var seed = maphash.MakeSeed()

// part judges one line by its words. Running text is long and ends in a full
// stop; what stands around it is short.
func part(words []Token, text string, sentences int) Part {
	n, bars, links := 0, 0, 0
	for i := range words {
		switch t := &words[i]; {
		case t.Kind == Mark && (t.Key == "|" || t.Key == "»" || t.Key == ">" || t.Key == "›" || t.Key == "•" || t.Key == "·" || t.Key == "/"):
			bars++
		case t.Kind == Word:
			n++
			if shareWords[t.Key] {
				links++
			}
		}
	}
	if n == 0 || len(words) == 0 {
		return Body
	}
	stop := words[len(words)-1].Kind == Mark && strings.Contains(".!?", words[len(words)-1].Key)
	low := ""
	if n <= 30 {
		low = joined(words)
	}
	switch {
	case n <= 30 && hasAny(low, legalPhrases):
		return Legal
	case n <= 40 && sentences > 1 && hasPrefixAny(joined(words[:min(len(words), 6)]), captionStarts):
		return Caption
	case n <= 14 && sentences > 1 && hasPrefixAny(low, navigationStarts):
		return Navigation
	case n <= 14 && sentences > 1 && hasPrefixAny(low, shareStarts) && !stop:
		return Share
	case !stop && links >= 2 && links*2 >= n:
		return Share
	case !stop && bars >= 2 && n <= bars*4+4 && sentences > 1:
		return Navigation
	case strings.HasPrefix(text, "http") && n <= 12:
		return Navigation
	}
	return Body
}

func joined(words []Token) string {
	var b strings.Builder
	for i := range words {
		if i > 0 && words[i].Space {
			b.WriteByte(' ')
		}
		b.WriteString(words[i].Key)
	}
	b.WriteByte(' ')
	return b.String()
}

func hasAny(s string, phrases []string) bool {
	for _, p := range phrases {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func hasPrefixAny(s string, phrases []string) bool {
	for _, p := range phrases {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func phrases(list string) []string {
	var out []string
	for p := range strings.SplitSeq(list, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			var words []string
			for w := range strings.FieldsSeq(p) {
				words = append(words, Fold(w))
			}
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// The words and phrases of this file are written by hand from general knowledge
// of what news pages in the five languages have around their articles.
var shareWords = set(`share tweet facebook twitter whatsapp telegram linkedin email print pinterest instagram youtube viber reddit x copy link
	فيسبوك تويتر واتساب تلغرام تليغرام طباعة شارك مشاركة انستغرام يوتيوب إرسال
	فیسبوک توییتر واتساپ تلگرام اشتراک چاپ ایمیل اینستاگرام پرینت
	فەیسبووک تویتەر واتسئاپ تێلێگرام هاوبەشکردن چاپکردن
	поделиться твитнуть вконтакте телеграм одноклассники фейсбук распечатать вк`)

var legalPhrases = phrases(`all rights reserved
	copyright ©
	terms of use
	privacy policy
	cookie policy
	we use cookies
	this site uses cookies
	جميع الحقوق محفوظة
	حقوق النشر
	سياسة الخصوصية
	تمامی حقوق
	کلیه حقوق
	همه حقوق
	حق نشر محفوظ
	هەموو مافەکان
	مافی چاپ
	все права защищены
	политика конфиденциальности
	использовании материалов`)

var captionStarts = phrases(`photo :
	photo:
	photo by
	image:
	image by
	file photo
	caption:
	video:
	watch:
	in this photo
	صورة:
	الصورة:
	صورة أرشيفية
	صورة من الأرشيف
	شاهد:
	فيديو:
	عکس:
	تصویر:
	عکس از
	ویدئو:
	وێنە:
	ڤیدیۆ:
	фото:
	фото ©
	на фото
	видео:
	фотография:`)

var navigationStarts = phrases(`home |
	home >
	home /
	you are here
	skip to
	read more
	read also
	read next
	also read
	see also
	related articles
	related stories
	related news
	related topics
	more stories
	most read
	most popular
	back to top
	click here
	sign up
	sign in
	log in
	subscribe
	newsletter
	advertisement
	follow us
	latest news
	trending
	tags:
	comments
	اقرأ أيضا
	اقرأ المزيد
	إقرأ أيضا
	اقرأ ايضا
	المزيد من
	مواضيع ذات صلة
	أخبار ذات صلة
	الأكثر قراءة
	تابعونا
	اشترك في
	الرئيسية
	كلمات مفتاحية
	إعلان
	بیشتر بخوانید
	همچنین بخوانید
	اخبار مرتبط
	مطالب مرتبط
	پربازدیدترین
	برچسب_ها
	صفحه اصلی
	ما را دنبال کنید
	عضویت در
	زیاتر بخوێنەوە
	هەواڵی پەیوەندیدار
	بابەتی پەیوەندیدار
	زۆرترین خوێندراوە
	سەرەتا
	читайте также
	читать далее
	читайте далее
	смотрите также
	по теме
	материалы по теме
	подпишитесь
	подписывайтесь
	главная
	популярное
	реклама
	теги:`)

var shareStarts = phrases(`share this
	share on
	share :
	share:
	tweet this
	email this
	print this
	شارك
	مشاركة
	شارك المقال
	انشر
	به اشتراک
	اشتراک گذاری
	هاوبەشی
	بڵاوی بکەرەوە
	поделиться`)

// Language sets the language of tokens from the segments of their text.
func Language(tokens []Token, segments []language.Segment) {
	k := 0
	for i := range tokens {
		for k+1 < len(segments) && segments[k].End <= tokens[i].Start {
			k++
		}
		if k < len(segments) {
			tokens[i].Lang = segments[k].Tag
			// A word in other letters than its segment's belongs to the
			// likeliest language of its own letters.
			switch s := tokens[i].Script; {
			case s == language.Latin && tokens[i].Lang != language.Other:
				tokens[i].Lang = language.English
			case s == language.Cyrillic && tokens[i].Lang != language.Other:
				tokens[i].Lang = language.Russian
			case s == language.ArabicScript && (tokens[i].Lang == language.English || tokens[i].Lang == language.Russian):
				tokens[i].Lang = language.Arabic
			}
		}
	}
}
