"""The module of every built-in. A name that is missing here is refused on purpose (see the docs)."""

from __future__ import annotations

_NAMES: dict[str, str] = {
    # module: "built-in built-in ..."
    "numbers": "plus minus mul div rem abs round ceil floor numbers.range numbers.range_step rand.intn",
    "comparison": "equal neq lt lte gt gte",
    "aggregates": "count sum product max min sort all any internal.member_2 internal.member_3",
    "arrays": "array.concat array.flatten array.slice array.reverse",
    "sets": "and or set_diff intersection union",
    "types": "is_number is_string is_boolean is_array is_set is_object is_null type_name to_number "
    "cast_array cast_set cast_string cast_boolean cast_null cast_object",
    "strings": "contains startswith endswith trim trim_left trim_right trim_prefix trim_suffix trim_space "
    "lower upper strings.count strings.reverse concat split strings.split_n replace strings.replace_n "
    "indexof indexof_n substring format_int",
    "affixes": "strings.any_prefix_match strings.any_suffix_match",
    "sprintf": "sprintf",
    "regex": "regex.match re_match regex.is_valid regex.find_n regex.find_all_string_submatch_n regex.split "
    "regex.replace regex.template_match regex.globs_match",
    "globs": "glob.match glob.quote_meta",
    "bits": "bits.and bits.or bits.xor bits.lsh bits.rsh bits.negate",
    "units": "units.parse units.parse_bytes",
    "semver": "semver.is_valid semver.compare",
    "templates": "strings.render_template",
    "tracing": "trace internal.print internal.template_string",
}

_FORMATS: dict[str, str] = {
    # Documents, formats, time, network and cryptography; same shape.
    "json_documents": "json.marshal json.marshal_with_options json.unmarshal json.is_valid "
    "json.filter json.remove",
    "json_patch": "json.patch",
    "objects": "object.filter object.get object.keys object.remove object.subset object.union object.union_n",
    "times": "time.now_ns time.parse_ns time.parse_rfc3339_ns time.parse_duration_ns time.format time.date "
    "time.clock time.weekday time.add_date time.diff",
    "encodings": "base64.encode base64.decode base64.is_valid base64url.encode base64url.encode_no_pad "
    "base64url.decode hex.encode hex.decode",
    "urls": "urlquery.encode urlquery.decode urlquery.encode_object urlquery.decode_object "
    "uri.parse uri.is_valid",
    "uuids": "uuid.parse uuid.rfc4122",
    "network": "net.cidr_contains net.cidr_overlap net.cidr_intersects net.cidr_is_valid net.cidr_expand "
    "net.cidr_contains_matches net.cidr_merge",
    "graphs": "graph.reachable graph.reachable_paths",
    "hashes": "crypto.md5 crypto.sha1 crypto.sha256 crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 "
    "crypto.hmac.sha512 crypto.hmac.equal",
    "jwt": "io.jwt.decode io.jwt.decode_verify io.jwt.encode_sign io.jwt.encode_sign_raw io.jwt.verify_eddsa "
    "io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512 io.jwt.verify_ps256 io.jwt.verify_ps384 "
    "io.jwt.verify_ps512 io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256 "
    "io.jwt.verify_hs384 io.jwt.verify_hs512",
    "yaml_documents": "yaml.marshal yaml.unmarshal yaml.is_valid",
    "surroundings": "opa.runtime net.lookup_ip_addr",
    "parsing": "rego.parse_module rego.metadata.chain rego.metadata.rule",
    "x509": "crypto.x509.parse_certificates crypto.x509.parse_and_verify_certificates "
    "crypto.x509.parse_and_verify_certificates_with_options crypto.x509.parse_certificate_request "
    "crypto.x509.parse_keypair crypto.x509.parse_rsa_private_key crypto.parse_private_keys",
    "json_schema": "json.match_schema json.verify_schema",
    "walk": "internal.walk_at internal.walk_values walk",
}

FAMILIES = {name: module for module, names in {**_NAMES, **_FORMATS}.items() for name in names.split()}
