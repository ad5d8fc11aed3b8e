use super::*;

fn known(list: &'static str) -> bool {
    holds(&HeaderValue::from_static(list), &HeaderValue::from_static("W/\"a\""))
}

#[test]
fn a_copy_is_current_when_its_tag_is_in_the_list() {
    assert!(known("W/\"a\"") && known("W/\"b\", W/\"a\"") && known("*"));
    assert!(!known("W/\"b\"") && !known(""));
}
