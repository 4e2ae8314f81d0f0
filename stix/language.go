package stix

import (
	"strings"

	"golang.org/x/text/language"
)

// iso6392 has the three-letter codes of ISO 639-2 for languages, groups and
// collections that have no two-letter code in ISO 639-1.
var iso6392 = wordSet(`
ace ach ada ady afa afh ain akk ale alg alt ang anp apa arc arn arp art arw ast ath aus awa bad bai bal ban bas bat
bej bem ber bho bik bin bla bnt bra btk bua bug byn cad cai car cau ceb cel chb chg chk chm chn cho chp chr chy
cmc cnr cop cpe cpf cpp crh crp csb cus dak dar day del den dgr din doi dra dsb dua dum dyu efi egy eka elx enm ewo fan
fat fil fiu fon frm fro frr frs fur gaa gay gba gem gez gil gmh goh gon gor got grb grc gsw gwi hai haw hil him hit hmn
hsb hup iba ijo ilo inc ine inh ira iro jbo jpr jrb kaa kab kac kam kar kaw kbd kha khi kho kmb kok kos kpe krc krl kro
kru kum kut lad lah lam lez lol loz lua lui lun luo lus mad mag mai mak man map mas mdf mdr men mga mic min mis mkh mnc
mni mno moh mos mul mun mus mwl mwr myn myv nah nai nap nds new nia nic niu nog non nqo nso nub nwc nym nyn nyo nzi osa
ota oto paa pag pal pam pap pau peo phi phn pon pra pro raj rap rar roa rom rup sad sah sai sal sam sas sat scn sco sel
sem sga sgn shn sid sio sit sla sma smi smj smn sms snk sog son srn srr ssa suk sus sux syc syr tai tem ter tet tig tiv
tkl tlh tli tmh tog tpi tsi tum tup tut tvl tyv udm uga umb und vai vot wak wal war was wen xal yao yap ypk zap zbl zen
zgh znd zun zxx zza`)

// localeOnly has codes outside ISO 639-2 that are in written use: those of the
// locales of Unicode CLDR, and the other written languages of the region that
// this project serves.
var localeOnly = wordSet(`
agq asa bez bgc blo brx ccp cgg ckb dav dje dyo ebu guz jgo jmc kde kea kgp khq kkj kln ksb ksf ksh kxv lag lij lkt lmo
lrc luy mer mfe mgh mgo mua mzn naq nmg nnh nus pcm rof rwk saq sbp seh ses shi szl teo tok twq tzm vmw vun wae xnr xog
yav yrl yue
azb arz acm apc apd ary aeb ajp ayl bqi diq glk hac kiu kmr lki pes prs pnb pst sdh tru ulk aii cld ydg`)

// bibliographic has the codes of ISO 639-2/B that differ from those of
// ISO 639-2/T; the language has a two-letter code for each.
var bibliographic = wordSet("alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel")

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// twoLetter has the registered two-letter language subtags, the common case.
var twoLetter = func() (t [26 * 26]bool) {
	for i := range t {
		b, err := language.ParseBase(string([]byte{byte('a' + i/26), byte('a' + i%26)}))
		t[i] = err == nil && b.String() != "und"
	}
	return
}()

// languageOK tells whether tag is a language tag of RFC 5646: well formed, its
// subtags registered, and its language one that ISO 639-1, ISO 639-2 or CLDR's
// locales name. RFC 5646 2.2.1 wants the two-letter code where there is one;
// three lets the three-letter code of ISO 639-2 pass for it, which software
// objects of earlier versions use (clause 6.14).
func languageOK(tag []byte, three bool) bool {
	if len(tag) == 2 && tag[0] >= 'a' && tag[0] <= 'z' && tag[1] >= 'a' && tag[1] <= 'z' {
		return twoLetter[int(tag[0]-'a')*26+int(tag[1]-'a')]
	}
	if len(tag) < 2 || len(tag) > 64 {
		return false
	}
	for _, c := range tag {
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	s := strings.ToLower(string(tag))
	if _, err := language.Parse(s); err != nil {
		return false
	}
	primary, _, _ := strings.Cut(s, "-")
	switch len(primary) {
	case 1: // private use or grandfathered: language.Parse knew it
		return true
	case 2:
		return true
	case 3:
		if iso6392[primary] || localeOnly[primary] {
			return true
		}
		if !three {
			return false
		}
		b, err := language.ParseBase(primary)
		return err == nil && len(b.String()) == 2 || bibliographic[primary]
	}
	return false
}
