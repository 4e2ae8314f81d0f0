package node

import "testing"

// pairs are invented requests, two and two: those that ask the same in other
// words, and those that share a place or a word and ask something else.
var pairs = []struct {
	lang, a, b string
	same       bool
}{
	{"en", "How many lorries with flour crossed the northern bridge between 1 and 5 October?", "Number of flour lorries that crossed the northern bridge from 1 to 5 October", true},
	{"en", "Which route did the convoy of fuel trucks take from the refinery to the city of Exampletown?", "Route taken by the fuel truck convoy between the refinery and Exampletown", true},
	{"en", "Who issued the statement on the closing of the border crossing at Exampletown?", "Who issued the statement about closing the Exampletown border crossing, and when?", true},
	{"en", "How many lorries with flour crossed the northern bridge between 1 and 5 October?", "Condition of the northern bridge after the flood: which lanes are open?", false},
	{"en", "Which route did the convoy of fuel trucks take from the refinery to the city of Exampletown?", "Output of the refinery near Exampletown in September, by product", false},
	{"en", "Who issued the statement on the closing of the border crossing at Exampletown?", "Rates of exchange used by money changers in Exampletown in September", false},

	{"ru", "Сколько грузовиков с мукой прошло через северный мост с 1 по 5 октября?", "Количество грузовиков с мукой, прошедших через северный мост 1-5 октября", true},
	{"ru", "Каким маршрутом шла колонна бензовозов от нефтеперерабатывающего завода до города?", "Маршрут колонны бензовозов от нефтеперерабатывающего завода к городу", true},
	{"ru", "Кто выпустил заявление о закрытии пограничного перехода?", "Кем выпущено заявление о закрытии пограничного перехода и когда?", true},
	{"ru", "Сколько грузовиков с мукой прошло через северный мост с 1 по 5 октября?", "Состояние северного моста после наводнения: какие полосы открыты?", false},
	{"ru", "Каким маршрутом шла колонна бензовозов от нефтеперерабатывающего завода до города?", "Выпуск продукции нефтеперерабатывающего завода в сентябре", false},
	{"ru", "Кто выпустил заявление о закрытии пограничного перехода?", "Курсы обмена у менял города в сентябре", false},

	{"ar", "كم عدد الشاحنات المحملة بالطحين التي عبرت الجسر الشمالي بين 1 و5 تشرين الأول؟", "عدد شاحنات الطحين التي عبرت الجسر الشمالي من 1 إلى 5 تشرين الأول", true},
	{"ar", "ما الطريق الذي سلكته قافلة صهاريج الوقود من المصفاة إلى المدينة؟", "الطريق التي سلكتها قافلة صهاريج الوقود بين المصفاة والمدينة", true},
	{"ar", "من أصدر البيان بشأن إغلاق المعبر الحدودي؟", "من الذي أصدر بيان إغلاق المعبر الحدودي ومتى؟", true},
	{"ar", "كم عدد الشاحنات المحملة بالطحين التي عبرت الجسر الشمالي بين 1 و5 تشرين الأول؟", "حالة الجسر الشمالي بعد الفيضان وما المسارات المفتوحة فيه؟", false},
	{"ar", "ما الطريق الذي سلكته قافلة صهاريج الوقود من المصفاة إلى المدينة؟", "إنتاج المصفاة في شهر أيلول حسب المنتج", false},
	{"ar", "من أصدر البيان بشأن إغلاق المعبر الحدودي؟", "أسعار الصرف لدى الصرافين في المدينة خلال أيلول", false},

	{"fa", "چند کامیون آرد از ۱ تا ۵ مهر از پل شمالی عبور کردند؟", "تعداد کامیون‌های آرد که از ۱ تا ۵ مهر از پل شمالی عبور کرده‌اند", true},
	{"fa", "کاروان تانکرهای سوخت از کدام مسیر از پالایشگاه به شهر رفت؟", "مسیر کاروان تانکرهای سوخت از پالایشگاه تا شهر کدام بود؟", true},
	{"fa", "چه کسی بیانیه بسته شدن گذرگاه مرزی را صادر کرد؟", "بیانیه بسته شدن گذرگاه مرزی را چه کسی و کی صادر کرد؟", true},
	{"fa", "چند کامیون آرد از ۱ تا ۵ مهر از پل شمالی عبور کردند؟", "وضعیت پل شمالی پس از سیل چگونه است و کدام خطوط باز است؟", false},
	{"fa", "کاروان تانکرهای سوخت از کدام مسیر از پالایشگاه به شهر رفت؟", "تولید پالایشگاه در ماه شهریور به تفکیک فرآورده", false},
	{"fa", "چه کسی بیانیه بسته شدن گذرگاه مرزی را صادر کرد؟", "نرخ ارز نزد صرافان شهر در شهریور", false},

	{"ckb", "چەند بارهەڵگری ئارد لە پردی باکوور پەڕینەوە لە ١ تا ٥ تشرینی یەکەم؟", "ژمارەی بارهەڵگرەکانی ئارد کە لە پردی باکوور پەڕیونەتەوە لە ١ تا ٥ تشرینی یەکەم", true},
	{"ckb", "کاروانی تانکەرەکانی سووتەمەنی بە کام ڕێگادا لە پاڵاوگەوە چوو بۆ شار؟", "ڕێگای کاروانی تانکەری سووتەمەنی لە پاڵاوگەوە بۆ شار", true},
	{"ckb", "کێ بەیاننامەی داخستنی دەروازەی سنووری دەرکرد؟", "بەیاننامەی داخستنی دەروازەی سنووری کێ دەریکرد و کەی؟", true},
	{"ckb", "چەند بارهەڵگری ئارد لە پردی باکوور پەڕینەوە لە ١ تا ٥ تشرینی یەکەم؟", "دۆخی پردی باکوور دوای لافاو، کام ڕێڕەو کراوەیە؟", false},
	{"ckb", "کاروانی تانکەرەکانی سووتەمەنی بە کام ڕێگادا لە پاڵاوگەوە چوو بۆ شار؟", "بەرهەمی پاڵاوگە لە مانگی ئەیلوول بەپێی جۆر", false},
	{"ckb", "کێ بەیاننامەی داخستنی دەروازەی سنووری دەرکرد؟", "نرخی دراو لای دراوگۆڕەکانی شار لە ئەیلوول", false},
}

// The threshold separates what asks the same from what only shares words: of
// the pairs that ask the same at least 13 of 15 are found, and none of the
// others.
func TestLikenessFindsWhatAsksTheSame(t *testing.T) {
	found, same := 0, 0
	for _, p := range pairs {
		l := likeness(words(p.a), words(p.b))
		t.Logf("%s %.2f same %v", p.lang, l, p.same)
		if p.same {
			same++
		}
		switch {
		case p.same && l >= similarFrom:
			found++
		case !p.same && l >= similarFrom:
			t.Errorf("%.2f: %q and %q ask different things", l, p.a, p.b)
		}
	}
	t.Logf("%d of %d found", found, same)
	if found < 13 {
		t.Errorf("only %d of %d that ask the same are found", found, same)
	}
	if l := likeness(words("same words"), words("words, the SAME")); l < 0.7 {
		t.Errorf("order and case change it: %.2f", l)
	}
	if likeness(nil, words("x")) != 0 {
		t.Error("nothing is like something")
	}
}

// A part that asks the same is found among others that do not; parts that say
// little are no reason.
func TestPartsAreComparedByThemselves(t *testing.T) {
	one := wordingOf("Lorries on the bridge", []string{pairs[0].a})
	many := wordingOf("Flour by road", []string{"Who drove them, and for whom did they work in September?", pairs[0].b, "What did they bring back from the southern depot?"})
	if l := one.like(&many); l < similarFrom {
		t.Errorf("a part in common: %.2f", l)
	}
	a, b := wordingOf("Flour", []string{"Who drove them?"}), wordingOf("Tyres in the market of the old town", []string{"Who drove them?"})
	if l := a.like(&b); l >= similarFrom {
		t.Errorf("a short part in common: %.2f", l)
	}
}
