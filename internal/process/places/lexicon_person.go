package places

// demonyms are adjectives and inhabitants of countries: they are about a
// country without naming it as a place, and are not counted. This list and the
// one below are written by hand from general knowledge.
var demonyms = set(`afghan afghans afghani african africans albanian albanians algerian algerians american americans andorran angolan angolans
	arab arabs arabian argentine argentinian argentinians armenian armenians asian asians australian australians austrian austrians
	azerbaijani azeri azeris bahraini bahrainis bangladeshi bangladeshis basque belarusian belarusians belgian belgians beninese
	bolivian bolivians bosnian bosnians brazilian brazilians british britons briton bulgarian bulgarians burmese burundian
	cambodian cambodians cameroonian canadian canadians chadian chechen chechens chilean chileans chinese circassian colombian
	colombians congolese croatian croatians croat croats cuban cubans cypriot cypriots czech czechs danish dane danes dagestani dutch
	ecuadorian egyptian egyptians emirati emiratis english eritrean eritreans estonian estonians ethiopian ethiopians european
	europeans fijian filipino filipinos finnish finn finns french gabonese gambian gazan gazans georgian georgians german germans
	ghanaian ghanaians greek greeks guatemalan guinean haitian haitians honduran hungarian hungarians icelandic indian indians
	indonesian indonesians iranian iranians iraqi iraqis irish israeli israelis italian italians ivorian jamaican japanese
	jordanian jordanians kazakh kazakhs kenyan kenyans korean koreans kosovar kurd kurds kurdish kuwaiti kuwaitis kyrgyz laotian
	latvian latvians lebanese liberian liberians libyan libyans lithuanian lithuanians macedonian malagasy malawian malaysian
	malaysians malian malians maltese mauritanian mexican mexicans moldovan mongolian montenegrin moroccan moroccans mozambican
	namibian nepalese nepali nicaraguan nigerian nigerians nigerien norwegian norwegians omani omanis ossetian ossetians pakistani
	pakistanis palestinian palestinians panamanian paraguayan persian persians peruvian peruvians polish pole poles portuguese
	qatari qataris romanian romanians russian russians rwandan rwandans saudi saudis scot scots scottish senegalese serb serbs
	serbian serbians singaporean sinhalese slovak slovaks slovenian somali somalis spaniard spaniards spanish sudanese swede
	swedes swedish swiss syrian syrians tajik tajiks taiwanese tamil tamils tanzanian tatar tatars texan texans thai thais tibetan
	togolese tunisian tunisians turk turks turkish turkmen turkoman turkomen ugandan ugandans ukrainian ukrainians uruguayan uyghur
	uyghurs uzbek uzbeks venezuelan venezuelans vietnamese welsh yemeni yemenis yazidi yazidis zambian zimbabwean zimbabweans
	alawite alawites druze shia shiite shiites sunni sunnis maronite maronites`)

// arabicGiven are given and family names of Arabic, Turkish, Persian and
// Russian persons in Latin letters that are villages too.
var arabicGiven = set(`abbas abd abdallah abdel abdul abdulaziz abdullah abdulrahman abu adel adil adnan ahmad ahmed akbar akram ali alaa amin amir
	ammar anas anwar asad assad assads ayman ayub aziz badr baghdadi bakr bashar basel basil bilal binali bogdanov bouthaina dawood
	erdogan faisal fares faris farouk fateh fatima fawzi fayez firas gamal ghassan habib hadi hafez hafiz haider hakim hamid hamza
	hani haroun hasan hashem hashim hassan haytham hisham hosni husam hussain hussein ibrahim imad iman isa ismail issa jaafar
	jabhat jalal jamal jamil jassem jihad jubeir kamal karim karim kasem khaled khalid khalil khamenei khan khatib khomeini lavrov
	mahdi maher mahmoud mahmud majed malek maleh malik mansour maryam massoud maulana medvedev mehdi mevlut mohamed mohammad
	mohammed mohsen moallem muallem mubarak muhammad mujahid mullah munir murad musa mustafa mustapha nabil nader naim najib nasir
	nasr nasrallah nasser nidal nizar noor nour nusra obama omar osama osman othman putin qadri qasim qassem rafik raed rahman
	ramadan ramzi rashid rasoul recep reza riad riyad rouhani saad saddam sadiq saeed said saif salah saleh salem salim salman sami
	samir sayed sayyid selim sergei shaaban shahin sharif sheikh shukri soleimani suleiman sultan taha taher tahir talal tariq tayyip
	turki usama vladimir waleed walid yasser yassin yasin younes younis yousef youssef yusuf zahra zaid zaki zayed zein ziad zuhair
	ban ki-moon kerry mattis trump clinton cameron hollande merkel macron johnson staffan mistura brahimi annan
	manar manal rami bashir noha abdurrahman abdulrahman vladimir numan barazi zarif salma laila khatab safi din harfa rodi kiki`)
