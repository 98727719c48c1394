package detect

// A kind is a detector as the hot path knows it: its place in [kindIDs].
type kind uint8

// The kinds. Their order is the order of kindIDs, and what decides between two
// of equal points that claim the same text: the earlier wins.
const (
	rid18 kind = iota
	residence
	permanent2023
	disability
	credit
	card
	accountIBAN
	vin
	imei
	imsi
	iccid
	rid15
	mobile
	landline
	m2m
	plate
	military
	passportMRZ
	hkid
	twid
	permanent2017
	passport
	homePermit
	exitPermit
	taiwanPermit
	orgcode
	alipay
	driverFile
	socialSecurity
	medical
	postcode
	qq
	wechat
	ssn
	mac
	ipv4
	ipv6
	email
	geo
	secretPEM
	secretAliyun
	secretTencent
	secretOther
	secretKey
	password
	postalAddress
	personName
	kinds
)

// kindIDs are the ids of regime identifiers, in content/detect/detectors.yaml.
var kindIDs = [kinds]string{
	"cn_rid18", "cn_residence_permit", "cn_fpr_2023", "cn_disability", "cn_uscc", "cn_bankcard", "iban", "cn_vin",
	"imei", "imsi", "iccid", "cn_rid15", "cn_mobile", "cn_landline", "cn_m2m", "cn_plate", "cn_military_id",
	"passport_mrz", "hkid", "twid", "cn_fpr_2017", "cn_passport", "cn_hm_permit", "cn_exit_permit", "cn_tw_permit",
	"cn_orgcode", "alipay", "cn_driver_file", "cn_social_security", "cn_medical_insurance", "postcode", "qq", "wechat",
	"us_ssn", "mac", "ipv4", "ipv6", "email", "geo", "secret_pem", "secret_aliyun_ak", "secret_tencent_ak",
	"secret_others_cn", "secret_key", "password_field", "cn_address", "cn_name",
}

// A kindSet is a set of kinds.
type kindSet uint64

func (s kindSet) has(k kind) bool     { return s>>k&1 != 0 }
func (s kindSet) with(k kind) kindSet { return s | 1<<k }
func (s kindSet) any(of kindSet) bool { return s&of != 0 }
func setOf(kinds ...kind) (s kindSet) {
	for _, k := range kinds {
		s = s.with(k)
	}
	return s
}
