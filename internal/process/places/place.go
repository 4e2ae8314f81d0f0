// Package places turns place names into coordinates: names that an officer or
// an event record gives one by one (Resolve), and names that stand in running
// text (Find). It reads English, Arabic, Persian, Sorani and Russian.
//
// The package carries a gazetteer of the world and reads further ones that an
// operator loaded (Build, Load). It knows no clock and no network; it abstains
// where the names do not decide. doc/places.md has the method, the sources and
// the figures.
package places

import "math"

// LatLon is a point on WGS 84 in degrees, latitude north and longitude east
// positive.
type LatLon struct {
	Lat, Lon float64
}

// earthKm is the mean radius of the earth (IUGG R1) in kilometres.
const earthKm = 6371.0088

// Km gives the great-circle distance to q in kilometres.
func (p LatLon) Km(q LatLon) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (q.Lat-p.Lat)*rad, (q.Lon-p.Lon)*rad
	a, b := math.Sin(dLat/2), math.Sin(dLon/2)
	h := a*a + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*b*b
	return 2 * earthKm * math.Asin(math.Sqrt(min(1, h)))
}

// Valid reports that the point lies on the globe.
func (p LatLon) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// Class says what kind of thing a place is.
type Class uint8

// The classes, from the smallest administrative area upwards, then the rest.
const (
	// City is a settlement of any size: town, village, hamlet.
	City Class = iota
	// Section is a part of a settlement.
	Section
	// Admin3 is an area of the third level: sub-district, nahiya, bakhsh.
	Admin3
	// Admin2 is an area of the second level: district, county, shahrestan, raion.
	Admin2
	// Admin1 is an area of the first level: governorate, province, state, oblast.
	Admin1
	// Country is a country or a dependent territory.
	Country
	// Region is an area across countries or without government: "Middle East".
	Region
	// Continent is a continent.
	Continent
	// Water is a sea, lake or river.
	Water
	// Land is a mountain, island, valley or desert.
	Land
	// Spot is a single installation: airport, camp, bridge.
	Spot
	classCount
)

var classNames = [classCount]string{"city", "section", "admin3", "admin2", "admin1", "country", "region", "continent", "water", "land", "spot"}

// String gives the class in one lower-case word.
func (c Class) String() string {
	if c < classCount {
		return classNames[c]
	}
	return "unknown"
}

// admin reports that places may lie in a place of this class by record.
func (c Class) admin() bool { return c >= Admin3 && c <= Country }

// Entry is a place as an importer gives it and as a gazetteer file keeps it.
type Entry struct {
	// ID is the identifier with its issuer: "geonames:170063", "wof:85678359",
	// "pcode:SY020206".
	ID string
	// Same lists identifiers of the same place with other issuers.
	Same []string
	// Name is the name to show; it is one of the names.
	Name string
	// Names holds further names in any language and script.
	Names []string
	Class Class
	// At is the place's point: for an area one inside or near its middle.
	At LatLon
	// Km is the radius within which the place lies around At; 0 leaves it to
	// the class and the population.
	Km float64
	// Capital says that the place is the seat of its country's government.
	Capital bool
	// Population is the number of inhabitants, 0 where it is not known.
	Population int
	// CountryCode is the ISO 3166-1 alpha-2 code, empty where none applies.
	CountryCode string
	// Terse keeps the further names as keys only: the place is found by them
	// exactly, not by what merely sounds alike. It saves space.
	Terse bool
	// Admin1, Admin2 and Admin3 are the IDs of the areas the place lies in; a
	// gazetteer may lack the areas themselves.
	Admin1, Admin2, Admin3 string
}

// Radius bounds in kilometres by class, for entries that bring none.
var classKm = [classCount]float64{City: 2, Section: 2, Admin3: 10, Admin2: 25, Admin1: 80, Country: 400, Region: 800, Continent: 2500, Water: 150, Land: 50, Spot: 2}

// radius estimates how far the place reaches around its point. A settlement
// grows with the root of its population at about 4,000 inhabitants a square
// kilometre, the usual density of towns.
func radius(c Class, population int, km float64) float64 {
	if km > 0 {
		return km
	}
	if c == City && population > 0 {
		return max(1, math.Sqrt(float64(population)/(math.Pi*4000)))
	}
	return classKm[min(c, classCount-1)]
}
