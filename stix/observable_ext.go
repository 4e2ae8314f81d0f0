package stix

// The predefined extensions of the cyber observables, clauses 6.7, 6.12, 6.13
// and 6.16.

func extension(name, clause string, props ...prop) *spec {
	return (&spec{name: name, clause: clause, ext: true, props: props}).build()
}

func byName(list ...*spec) map[string]*spec {
	m := make(map[string]*spec, len(list))
	for _, s := range list {
		m[s.name] = s
	}
	return m
}

var file = sco("file", "6.7", fileExtensions,
	hashes("hashes"), natural("size"), str("name"), charset("name_enc"), hex("magic_number_hex"), str("mime_type"),
	ts("ctime"), ts("mtime"), ts("atime"), scoRef("parent_directory_ref", "directory"),
	// Any observable may be contained, so the type is not looked at.
	scoRefs("contains_refs", observableTypes), scoRef("content_ref", "artifact"),
).build().oneOf("hashes", "name")

var alternateDataStream = (&spec{name: "alternate-data-stream-type", clause: "6.7.3.2", nested: true, props: []prop{
	req(str("name")), hashes("hashes"), natural("size"),
}}).build()

var peOptionalHeader = (&spec{name: "windows-pe-optional-header-type", clause: "6.7.6.2", closed: true, props: []prop{
	hex("magic_hex"), integer("major_linker_version"), integer("minor_linker_version"), natural("size_of_code"),
	natural("size_of_initialized_data"), natural("size_of_uninitialized_data"), integer("address_of_entry_point"),
	integer("base_of_code"), integer("base_of_data"), integer("image_base"), integer("section_alignment"),
	integer("file_alignment"), integer("major_os_version"), integer("minor_os_version"),
	integer("major_image_version"), integer("minor_image_version"), integer("major_subsystem_version"),
	integer("minor_subsystem_version"), hex("win32_version_value_hex"), natural("size_of_image"),
	natural("size_of_headers"), hex("checksum_hex"), hex("subsystem_hex"), hex("dll_characteristics_hex"),
	natural("size_of_stack_reserve"), natural("size_of_stack_commit"), natural("size_of_heap_reserve"),
	natural("size_of_heap_commit"), hex("loader_flags_hex"), integer("number_of_rva_and_sizes"), hashes("hashes"),
}}).build().oneOfAll()

var peSection = (&spec{name: "windows-pe-section-type", clause: "6.7.6.3", nested: true, props: []prop{
	req(str("name")), natural("size"), float("entropy"), hashes("hashes"),
}}).build()

var fileExtensions = byName(
	extension("archive-ext", "6.7.2", req(scoRefs("contains_refs", "file directory")), str("comment")),
	extension("ntfs-ext", "6.7.3", str("sid"), embeddedList("alternate_data_streams", alternateDataStream)).oneOfAll(),
	extension("pdf-ext", "6.7.4",
		str("version"), boolean("is_optimized"),
		custom("document_info_dict", func(v *validator, n uint32) {
			v.dictionary(n, func(_ []byte, val uint32) {
				if v.tape.nodes[val].kind != kString {
					v.wrongKind(val, "6.7.4", "a string")
				}
			})
		}), str("pdfid0"), str("pdfid1")).oneOfAll(),
	extension("raster-image-ext", "6.7.5",
		integer("image_height"), integer("image_width"), integer("bits_per_pixel"), str("image_compression_algorithm"),
		custom("exif_tags", (*validator).exifTags)).oneOfAll(),
	extension("windows-pebinary-ext", "6.7.6",
		req(str("pe_type")), str("imphash"), hex("machine_hex"), natural("number_of_sections"),
		property("time_date_stamp", rule{kind: ruleTimestampSecond}), hex("pointer_to_symbol_table_hex"),
		natural("number_of_symbols"), natural("size_of_optional_header"), hex("characteristics_hex"),
		hashes("file_header_hashes"), embedded("optional_header", peOptionalHeader), embeddedList("sections", peSection),
	).oneOf("imphash", "machine_hex", "number_of_sections", "time_date_stamp", "pointer_to_symbol_table_hex",
		"number_of_symbols", "size_of_optional_header", "characteristics_hex", "file_header_hashes", "optional_header",
		"sections"),
)

func (v *validator) exifTags(n uint32) {
	v.dictionary(n, func(key []byte, val uint32) {
		if len(key) < 2 || key[0] < 'A' || key[0] > 'Z' {
			v.fail("6.7.5", "is no EXIF tag: a name that begins with a capital letter is wanted")
		}
		switch v.tape.nodes[val].kind {
		case kString:
		case kNumber:
			v.integer(val, &rule{kind: ruleInteger})
		default:
			v.wrongKind(val, "6.7.5", "a string or an integer")
		}
	})
}

var networkExtensions = byName(
	extension("http-request-ext", "6.12.2",
		req(str("request_method")), req(str("request_value")), str("request_version"),
		custom("request_header", func(v *validator, n uint32) {
			v.dictionary(n, func(_ []byte, val uint32) {
				if v.tape.nodes[val].kind != kArray {
					v.wrongKind(val, "6.12.2", "a list of strings")
					return
				}
				v.stringOrStrings(val)
			})
		}), integer("message_body_length"), scoRef("message_body_data_ref", "artifact")),
	extension("icmp-ext", "6.12.3", req(hex("icmp_type_hex")), req(hex("icmp_code_hex"))),
	extension("socket-ext", "6.12.4",
		req(enum("address_family", "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH")),
		boolean("is_blocking"), boolean("is_listening"), custom("options", (*validator).socketOptions),
		enum("socket_type", "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET"),
		natural("socket_descriptor"), integer("socket_handle")),
	extension("tcp-ext", "6.12.5", hex("src_flags_hex"), hex("dst_flags_hex")).oneOfAll(),
)

var socketPrefixes = []string{"SO_", "ICMP_", "ICMP6_", "IP_", "IPV6_", "MCAST_", "TCP_", "IRLMP_"}

// socketOptions checks the options of a socket: names as in the socket
// libraries (SO_REUSEADDR, TCP_NODELAY), integer values.
func (v *validator) socketOptions(n uint32) {
	v.dictionary(n, func(key []byte, val uint32) {
		if !socketOption(string(key)) {
			v.fail("6.12.4", "is no socket option: SO_, ICMP_, ICMP6_, IP_, IPV6_, MCAST_, TCP_ or IRLMP_ and capitals are wanted")
		}
		v.integer(val, &rule{kind: ruleInteger})
	})
}

func socketOption(s string) bool {
	for _, p := range socketPrefixes {
		if len(s) > len(p) && s[:len(p)] == p {
			before := byte('_')
			for _, c := range []byte(s[len(p):]) {
				if c != '_' && (c < 'A' || c > 'Z') || c == '_' && before == '_' {
					return false
				}
				before = c
			}
			return before != '_'
		}
	}
	return false
}

var processExtensions = byName(
	extension("windows-process-ext", "6.13.2",
		boolean("aslr_enabled"), boolean("dep_enabled"), str("priority"), str("owner_sid"), str("window_title"),
		custom("startup_info", (*validator).startupInfo), enum("integrity_level", "low medium high system")).oneOfAll(),
	extension("windows-service-ext", "6.13.3",
		str("service_name"), strings_("descriptions"), str("display_name"), str("group_name"),
		enum("start_type", "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT"),
		scoRefs("service_dll_refs", "file"),
		enum("service_type", "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS"),
		enum("service_status", "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING "+
			"SERVICE_START_PENDING SERVICE_STOP_PENDING SERVICE_STOPPED")).oneOfAll(),
)

var (
	startupStrings  = wordSet("lpDesktop lpTitle dwFillAttribute dwFlags wShowWindow hStdInput hStdOutput hStdError")
	startupIntegers = wordSet("cb dwX dwY dwXSize dwYSize dwXCountChars dwYCountChars")
)

// startupInfo checks the members of Windows' STARTUPINFO structure.
func (v *validator) startupInfo(n uint32) {
	v.dictionary(n, func(key []byte, val uint32) {
		switch k := string(key); {
		case startupStrings[k]:
			if v.tape.nodes[val].kind != kString {
				v.wrongKind(val, "6.13.2", "a string")
			}
		case startupIntegers[k]:
			v.integer(val, &rule{kind: ruleInteger})
		case k == "cbReserved2":
			v.integer(val, &rule{kind: ruleInteger, bounded: true})
		default:
			v.fail("6.13.2", "is no member of STARTUPINFO that may be used")
		}
	})
}

var accountExtensions = byName(
	extension("unix-account-ext", "6.16.2",
		integer("gid"), strings_("groups"), str("home_dir"), str("shell")).oneOfAll(),
)
