use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\" onmouseover='x'";

fn rendered() -> String {
    let item =
        Item::new(HOSTILE).note(HOSTILE).outside(Some(format!("https://example.org/{HOSTILE}")));
    let item = Item::stacked([item.clone().anchor("STM-Q0000001-S"), item], "");
    let row = Rows { lang: Lang::En }.row(HOSTILE, [item.clone()]);
    let table =
        Table { caption: HOSTILE.to_owned(), heads: vec!["Name"], rows: vec![vec![item.clone()]] };
    let texts =
        [Block::Text, Block::Heading, Block::Warning].map(|block| block(HOSTILE.to_owned()));
    let mut blocks = vec![Block::Rows(vec![row]), Block::Table(table), Block::List(vec![item])];
    blocks.extend(texts);
    let page = RecordPage {
        head: Head::new(Lang::En, HOSTILE, "/lines/x"),
        kind: "Kind",
        name: HOSTILE.to_owned(),
        accession: HOSTILE.to_owned(),
        badges: Vec::new(),
        notices: vec![Notice {
            own: Some(Item::new(HOSTILE)),
            rows: vec![Rows { lang: Lang::En }.row("Label", [Item::new(HOSTILE)])],
            ..Notice::new(HOSTILE, HOSTILE)
        }],
        sections: vec![Section::new("what", "What", blocks)],
        version: HOSTILE.to_owned(),
    };
    page.render().expect("the page renders")
}

#[test]
fn nothing_a_source_wrote_becomes_markup() {
    let html = rendered();
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("\" onmouseover"), "{html}");
    assert_eq!(html.matches("&#60;script&#62;").count(), html.matches("/script").count());
}

#[test]
fn a_text_that_turns_the_writing_direction_is_kept_apart() {
    let html = rendered();
    let content = html.split_once("<main").expect("every page has its content").1;
    for piece in content.split('\u{202e}').rev().skip(1) {
        let open = piece.rfind('<').map_or("", |at| &piece[at..]);
        let isolated = [
            "<bdi",
            "<h1 dir=\"auto\"",
            "<dt dir",
            "<caption dir",
            "<p dir",
            "<p class=\"version\" dir",
            "<h3 dir",
            "<strong dir",
        ];
        let in_attribute = ["<a href", "<div class=\"scroll\"", "<td data-head"];
        let safe = isolated.iter().chain(&in_attribute).any(|tag| open.starts_with(tag));
        assert!(safe, "{open}");
    }
}

#[test]
fn a_script_address_is_shown_and_not_followed() {
    assert_eq!(Item::web("javascript:alert(1)").href, None);
    assert_eq!(Item::web("https://example.org/").href.as_deref(), Some("https://example.org/"));
}

#[test]
fn a_list_that_is_cut_says_so() {
    let blocks = bounded(vec![Item::new("a")], 1200, Lang::En);
    assert!(matches!(&blocks[1], Block::Text(text) if text == "The first 1 of 1,200 are shown."));
    assert_eq!(bounded(vec![Item::new("a")], 1, Lang::En).len(), 1);
}
