use super::*;

/// Numbers that their countries publish as examples, or that were made for this test.
#[test]
fn each_countrys_number_is_found() {
    for text in [
        "cuil 20123456786",
        "20-12345678-6",
        "rijksregisternummer 85073003328",
        "85.07.30-033.28",
        "05.07.30-033.26",
        "529.982.247-25",
        "meu cpf: 52998224725",
        "52998224725 é o cpf",
        "756.9217.0769.85",
        "ahv-nr 7569217076985",
        "12.345.678-5",
        "mi rut es 12345678-5",
        "11010519491231002x",
        "steuer-id 86095742719",
        "idnr: 47 036 892 816",
        "mi dni es 12345678z",
        "nie x1234567l",
        "131052-308t",
        "2 55 08 14 168 025 38",
        "1 85 05 78 006 084 91",
        "255081416802538",
        "my national insurance number is ab123456c",
        "aadhaar 2341 2341 2346",
        "आधार 9999 4105 7058",
        "rssmra85t10a562s",
        "주민등록번호는 900101-1234568",
        "hegg560427mvzrrl04",
        "bsn 111222333",
        "fødselsnummer 010190 00083",
        "pesel 44051401359",
        "contribuinte 123456789",
        "cnp 1800101221144",
        "personnummer 811218-9876",
        "19811218-9876 är mitt personnummer",
        "tc kimlik no 10000000146",
        "ssn 219-09-9999",
        "my social security number is 219-09-9999.",
    ] {
        assert!(is_in(text), "{text}");
    }
}

#[test]
fn a_wrong_digit_a_missing_name_or_a_longer_number_is_none() {
    for text in [
        "529.982.247-26",
        "111.111.111-11",
        "52998224725",
        "1.529.982.247-25",
        "529.982.247-25-1",
        "20-12345678-7",
        "30-12345678-1",
        "85.07.30-033.29",
        "85.13.30-033.28",
        "756.9217.0769.86",
        "12.345.678-6",
        "11010519491331002x",
        "86095742719",
        "steuer-id 86095742718",
        "12345678z",
        "dni 12345678a",
        "dni x12345678",
        "131052-308u",
        "255081416802539",
        "national insurance qq123456c",
        "2341 2341 2346",
        "aadhaar 2341 2341 2347",
        "rssmra85t10a562t",
        "hegg560427mvzrrl05",
        "111222333",
        "bsn 111222334",
        "44051401359",
        "pesel 44051401358",
        "nif 512345678",
        "personnummer 811218-9877",
        "kimlik 10000000147",
        "219-09-9999",
        "ssn 666-09-9999",
        "ssn +219-09-9999",
    ] {
        assert!(!is_in(text), "{text}");
    }
}
