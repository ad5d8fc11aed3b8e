//! The words of the pages, in both languages, in one table. What a source wrote is never translated here.
//!
//! A key without both languages does not compile; a test refuses one that is empty or the same in both.

use crate::domain::{
    facet::Facet, identifier::IdStatus, lang::Lang, names::NameKind, record::Relation,
};

macro_rules! words {
    ($($key:ident: $en:literal, $ja:literal;)*) => {
        /// Every fixed text of the pages, in one language.
        #[derive(Debug)]
        pub(super) struct Words {
            $(pub(super) $key: &'static str,)*
        }

        const EN: Words = Words { $($key: $en,)* };
        const JA: Words = Words { $($key: $ja,)* };

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $en, $ja),)*];
    };
}

words! {
    site: "Stemma — catalogue of cell lines and iPS cell banks", "Stemma 細胞株・iPS細胞バンクカタログ";
    skip: "Skip to the content", "本文へ移動";
    other_language: "日本語", "English";
    home: "Search the catalogue", "カタログを検索";
    footer: "What is shown is what the sources say, kept as they wrote it.",
        "表示内容は各出典の記載です。出典の表記をそのまま保存しています。";
    api: "GraphQL interface", "GraphQLインターフェース";

    intro: "Cell lines, disease-specific iPS lines and their donors, the diseases, and the banks that hold them.",
        "細胞株、疾患特異的iPS細胞とそのドナー、疾患、保管機関を検索できます。";
    search: "Search", "検索";
    search_label: "Name, identifier, disease or gene", "細胞株名・番号・疾患名・遺伝子";
    search_hint: "For example 201B7, HPS0063 or Parkinson disease",
        "例：201B7、HPS0063、パーキンソン病、ぱーきんそんびょう";
    sort: "Order", "並び順";
    sort_relevance: "Best match first", "一致度順";
    sort_name: "By name", "名前順";
    sort_updated: "Last changed first", "更新が新しい順";
    filters: "Filters", "絞り込み";
    filters_on: "Filters in use", "使用中の絞り込み条件";
    remove: "remove", "解除";
    remove_all: "Remove all filters", "すべての条件を解除";
    selected: "selected", "選択中";
    top: "The most frequent are shown; search for others by name.", "多いものから表示しています。ほかは名前で検索してください。";
    results: "Cell lines", "細胞株";
    diseases_found: "Diseases that match", "一致する疾患";
    matched_in: "Found in", "一致箇所";
    pages: "Pages of results", "検索結果のページ";
    previous: "Previous page", "前のページ";
    next: "Next page", "次のページ";
    degraded: "A simpler search stands in for the usual one; some lines may be missing.",
        "簡易検索で応答しています。一部の細胞株が表示されない場合があります。";
    nothing: "Nothing was found", "見つかりませんでした";
    try_spelling: "Check the spelling, or use fewer words: all of them must match.",
        "表記を確認するか、語を減らしてください。すべての語を含むものだけを検索します。";
    try_name: "Try another name, a number of another bank, or the disease in English, Japanese or kana.",
        "別名、他機関の番号、疾患名（英語・日本語・かな）でもお試しください。";
    try_filters: "Remove filters: only lines that pass every one of them are shown.",
        "絞り込み条件を解除してください。すべての条件に合う細胞株だけを表示しています。";

    not_stated: "None stated", "記載なし";
    yes: "Yes", "はい";
    not_healthy: "None stated. This does not mean that the donor was healthy.",
        "記載なし（ドナーが健康であることを意味しません）";
    not_disease_specific: "No: the diseases below stand on this line for other reasons.",
        "いいえ：下記の疾患は別の理由で記載されています。";
    not_tested: "None stated is not the same as not tested: no source gives a result, and a test may have been done.",
        "「記載なし」は「未実施」ではありません。出典に結果がないだけで、検査された可能性があります。";

    on_page: "On this page", "このページの内容";
    accession: "Accession", "登録番号";
    what: "What it is", "概要";
    names: "Names", "名称";
    name: "Name", "名称";
    name_kind: "Kind of name", "名称の種類";
    language: "Language", "言語";
    kind: "Kind", "種別";
    species: "Species", "生物種";
    classes: "Classes", "カタログ分類";
    disease_specific: "Disease-specific", "疾患特異的";
    donor: "Donor", "ドナー（細胞提供者）";
    donor_short: "Donor", "ドナー";
    sex: "Sex", "性別";
    age_band: "Age at sampling", "採取時年齢（年齢層）";
    age_no_band: "Stated, but not within one of the age bands shown in public", "記載はあるが、公開する年齢層の一つに収まらない";
    donor_note: "Of donors only the sex and an age band are public.", "ドナーについて公開するのは性別と年齢層だけです。";
    derivation: "How it was made", "由来・樹立経緯";
    tissue: "Source tissue", "由来組織";
    cell_type: "Source cell type", "由来細胞";
    vector_type: "Kind of vector", "ベクターの型";
    vector: "Vector", "ベクター";
    factors: "Reprogramming factors", "初期化因子";
    kit: "Kit", "キット";
    year: "Year", "年";
    diseases: "Diseases", "疾患";
    lineage: "Lineage", "系譜";
    parents: "Parent lines", "親株";
    daughters: "Daughter lines", "派生株";
    siblings: "Other lines of the same donor", "同じドナーの他の細胞株";
    modifications: "Genetic modifications", "遺伝子改変";
    gene: "Gene", "遺伝子";
    modification: "Modification", "改変の種類";
    method_used: "Method", "方法";
    description: "Description", "内容";
    variants: "Variants, as the sources wrote them", "変異（出典の表記のまま）";
    quality: "Tests and typings", "検査・型別";
    karyotypes: "Karyotype, as written", "核型（表記のまま）";
    hla: "HLA, as written", "HLA型（表記のまま）";
    str_profiles: "STR profiles", "STRプロファイル";
    str_profile: "STR profile", "STRプロファイル";
    reported_by: "Reported by", "報告元";
    marker: "Marker", "マーカー";
    alleles: "Alleles", "アレル";
    organizations: "Organisations", "関係機関";
    elsewhere: "Names and numbers elsewhere", "他の機関での名称と番号";
    registry: "Registry", "登録機関";
    identifier: "Identifier", "番号";
    status: "Status", "状態";
    publications: "Publications", "文献";
    notes: "Notes", "備考";
    web_pages: "Web pages", "ウェブページ";
    flags: "Stored as the source wrote it", "出典の表記のまま保存";
    flags_note: "These texts do not read as they should. They are kept and not repaired.",
        "以下の記載は規則どおりに読めません。修正せずに保存しています。";
    field: "Field", "項目";
    text: "Text", "記載";
    problem: "Problem", "問題点";
    terms: "Consent and terms of use", "同意・利用条件";
    terms_unknown: "Not on record here — unknown does not mean allowed.",
        "当カタログに記録がありません。不明は許可を意味しません。";
    terms_ask: "Ask the organisation that distributes the line before you use it.",
        "利用の前に、提供機関に確認してください。";
    sources: "Sources", "出典";
    source: "Source", "出典";
    source_key: "Key in the source", "出典での識別子";
    licence: "Licence", "ライセンス";

    disease: "Disease", "疾患";
    name_en: "English name", "英語名";
    name_ja: "Japanese name", "日本語名";
    kana: "Reading", "読み（かな）";
    definition: "Definition", "定義";
    notifications: "Corresponding designated intractable disease", "対応する指定難病・小児慢性特定疾病";
    notifications_note: "A number is a mapping of the disease. It says nothing of any patient.",
        "番号は疾患の対応関係であり、患者の認定を示すものではありません。";
    synonyms: "Other names", "別名";
    cross_references: "Cross-references", "他のデータベースでの番号";
    ancestors: "Broader diseases", "上位の疾患";
    disease_lines: "Lines of this disease and of those below it", "この疾患と下位の疾患の細胞株";
    all_in_search: "See all of them in the search", "検索ですべて表示";
    deprecated: "The disease ontology has withdrawn this term.", "この用語は疾患オントロジーで廃止されています。";
    replaced_by: "Replaced by", "置き換え先";

    donor_lines: "Lines of this donor", "このドナーの細胞株";
    organization: "Organisation", "機関";
    country: "Country", "国";
    web_page: "Web page", "ウェブページ";
    organization_lines: "Lines of this organisation", "この機関の細胞株";

    candidates: "Several records answer to this", "該当する記録が複数あります";
    candidates_note: "Choose one by its accession.", "登録番号で選んでください。";
    withdrawn: "Withdrawn record", "公開取消";
    withdrawn_note: "This record was published here and has been withdrawn. Its address stays, its content is no longer shown.",
        "この記録は公開を取り消されました。アドレスは残りますが、内容は表示しません。";
    merged: "Merged record", "統合された記録";
    merged_note: "This record was merged into another. Search for the name or number to find it.",
        "この記録は別の記録に統合されました。名称または番号で検索してください。";
    not_found: "There is no such page", "ページが見つかりません";
    not_found_note: "The address may be mistyped, or the record may never have been public here. Search by name or number.",
        "アドレスが誤っているか、公開されていない記録です。名称または番号で検索してください。";
    mistyped: "The check character of this accession is wrong: look for a mistyped letter or digit.",
        "登録番号の検査文字が一致しません。文字や数字の入力誤りを確認してください。";
    bad_request: "The request cannot be read", "リクエストを読み取れません";
    bad_encoding: "The address is not UTF-8 text in percent encoding. Type the words into the search box instead.",
        "アドレスがUTF-8のパーセント符号化になっていません。検索欄に語を入力してください。";
    bad_page: "The page must be a whole number from 1 to 400. Add filters to reach results further down.",
        "ページは1から400までの整数で指定してください。先の結果は条件を絞り込んで表示してください。";
    bad_sort: "The order must be relevance, name or updated.",
        "並び順はrelevance、name、updatedのいずれかで指定してください。";
    bad_facet: "There is no such filter. Start from the search page and choose filters there.",
        "そのような絞り込み条件はありません。検索ページで条件を選んでください。";
    too_long: "The search text is longer than 300 characters. Use fewer words.",
        "検索語が300文字を超えています。語を減らしてください。";
    too_many: "There are more than 60 filter values. Remove some.", "絞り込み条件が60個を超えています。減らしてください。";
    method: "This address is for reading only", "このアドレスは閲覧専用です";
    method_note: "Use GET.", "GETで要求してください。";
    broken: "Something went wrong here", "エラーが発生しました";
    broken_note: "The fault is ours and has been noted. Try again in a moment.",
        "サーバー側の問題です。記録しましたので、しばらくしてから再度お試しください。";
}

pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Ja => &JA,
    }
}

fn pick(lang: Lang, en: &'static str, ja: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Ja => ja,
    }
}

/// The heading of a group of filters.
pub(super) fn facet(facet: Facet, lang: Lang) -> &'static str {
    match facet {
        Facet::Species => pick(lang, "Species", "生物種"),
        Facet::Kind => pick(lang, "Kind of line", "種別"),
        Facet::CatalogueClass => pick(lang, "Class", "カタログ分類"),
        Facet::Disease => pick(lang, "Disease", "疾患"),
        Facet::Notification => pick(lang, "Designated disease", "指定難病・小児慢性特定疾病"),
        Facet::DonorSex => pick(lang, "Sex of the donor", "ドナーの性別"),
        Facet::AgeBand => pick(lang, "Age of the donor at sampling", "採取時年齢（年齢層）"),
        Facet::SourceTissue => pick(lang, "Source tissue", "由来組織"),
        Facet::SourceCellType => pick(lang, "Source cell type", "由来細胞"),
        Facet::VectorType => pick(lang, "Kind of vector", "ベクターの型"),
        Facet::EditedGene => pick(lang, "Edited gene", "改変遺伝子"),
        Facet::Organization => pick(lang, "Organisation", "関係機関"),
        Facet::Country => pick(lang, "Country", "国"),
        Facet::SourceRegistry => pick(lang, "Source of the data", "データの出典"),
        Facet::Abo => pick(lang, "ABO blood group", "ABO式血液型"),
        Facet::RhD => pick(lang, "RhD blood group", "RhD式血液型"),
        Facet::Tnc => pick(lang, "Total nucleated cells", "総有核細胞数"),
        Facet::Cd34 => pick(lang, "CD34+ cells", "CD34陽性細胞数"),
        Facet::HeldFor => pick(lang, "Held for", "用途"),
        Facet::Availability => pick(lang, "Availability", "提供状況"),
        Facet::HoldingBank => pick(lang, "Holding bank", "保有機関"),
        Facet::Notice => pick(lang, "Open notices", "お知らせ"),
        Facet::MeetsStandard => {
            pick(lang, "Has an orderable lot that meets", "適合する提供可能ロットあり")
        }
        Facet::Tested => pick(lang, "Tests on record", "実施済み試験"),
    }
}

pub(super) fn name_kind(kind: NameKind, lang: Lang) -> &'static str {
    match kind {
        NameKind::Primary => pick(lang, "Name in the source", "出典での名称"),
        NameKind::Registry => pick(lang, "Name in a naming registry", "命名登録機関での名称"),
        NameKind::Synonym => pick(lang, "Synonym", "別名"),
        NameKind::Kana => pick(lang, "Reading", "読み（かな）"),
        NameKind::Abbreviation => pick(lang, "Abbreviation", "略称"),
        NameKind::Former => pick(lang, "Former name", "旧名称"),
        NameKind::Misspelling => pick(lang, "Misspelling in the literature", "文献中の誤記"),
    }
}

pub(super) fn id_status(status: IdStatus, lang: Lang) -> &'static str {
    match status {
        IdStatus::Current => pick(lang, "current", "有効"),
        IdStatus::Discontinued => pick(lang, "discontinued", "提供終了"),
        IdStatus::Withdrawn => pick(lang, "withdrawn", "公開取消"),
        IdStatus::Secondary => pick(lang, "former accession", "旧番号"),
    }
}

/// The place of a hit's highlight; one that has no words of its own is named as it is.
pub(super) fn highlight_field(field: &'static str, lang: Lang) -> &'static str {
    match field {
        "name" => words(lang).name,
        "identifier" => words(lang).identifier,
        "disease" => words(lang).disease,
        other => other,
    }
}

/// What a list of records that point here is called.
pub(super) fn inverse(relation: Relation, lang: Lang) -> &'static str {
    match relation {
        Relation::Donor
        | Relation::Line
        | Relation::HeldLine
        | Relation::SourceUnit
        | Relation::SourceSample => words(lang).donor_lines,
        Relation::Parent | Relation::ParentBatch => words(lang).daughters,
        Relation::Disease => words(lang).disease_lines,
        Relation::Organization => words(lang).organization_lines,
        _ => words(lang).results,
    }
}

pub(super) fn lines(count: u64, lang: Lang) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 line".to_owned(),
        (Lang::En, _) => format!("{} lines", grouped(count)),
        (Lang::Ja, _) => format!("{}株", grouped(count)),
    }
}

pub(super) fn page_of(page: u32, pages: u32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Page {page} of {pages}"),
        Lang::Ja => format!("{pages}ページ中{page}ページ"),
    }
}

pub(super) fn as_of(revision: i64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("as of revision {revision}"),
        Lang::Ja => format!("改訂{revision}時点"),
    }
}

/// The part of a longer list that is shown.
pub(super) fn shown(shown: usize, total: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("The first {shown} of {} are shown.", grouped(total)),
        Lang::Ja => format!("{}件中、はじめの{shown}件を表示しています。", grouped(total)),
    }
}

pub(super) fn version(version: i64, date: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Version {version} of this record, last changed on {date}"),
        Lang::Ja => format!("この記録の第{version}版（最終更新日 {date}）"),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_japanese(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    #[test]
    fn every_text_is_in_both_languages() {
        for (key, en, ja) in ALL {
            assert!(!en.trim().is_empty() && !ja.trim().is_empty(), "{key} is empty");
            let (english, japanese) = if *key == "other_language" { (ja, en) } else { (en, ja) };
            assert!(is_japanese(japanese), "{key} is not translated: {japanese}");
            assert!(!is_japanese(english), "{key} is not in English: {english}");
        }
    }

    #[test]
    fn every_label_of_an_enum_is_in_both_languages() {
        let facets = Facet::ALL.iter().map(|f| (facet(*f, Lang::En), facet(*f, Lang::Ja)));
        let kinds =
            NameKind::ALL.iter().map(|k| (name_kind(*k, Lang::En), name_kind(*k, Lang::Ja)));
        let status =
            IdStatus::ALL.iter().map(|s| (id_status(*s, Lang::En), id_status(*s, Lang::Ja)));
        for (en, ja) in facets.chain(kinds).chain(status) {
            assert!(!is_japanese(en) && is_japanese(ja), "{en} / {ja}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(lines(1, Lang::En), "1 line");
    }
}
