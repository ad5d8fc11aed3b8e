//! The words of the pages, in both languages, in one table. What a source wrote is never translated here.
//!
//! A key without both languages does not compile; a test refuses one that is empty or the same in both.

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($key:ident: $en:literal, $ja:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(in crate::web) struct $name {
            $(pub(in crate::web) $key: &'static str,)*
        }

        const EN: $name = $name { $($key: $en,)* };
        const JA: $name = $name { $($key: $ja,)* };

        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str, &str)] = &[$((stringify!($key), $en, $ja),)*];
    };
}

mod bank;
mod sentence;

pub(super) use self::bank::bank_words;
pub(super) use self::sentence::{
    and_more, as_of, at_passage, bank_states, but_not_for, conformity_to, fee, found, gravest,
    grouped, holds_for, judged_lots, judged_today, kind_of_notice, lines, nothing_since, of_all,
    page_of, records, shown, since, superseded_by, tally, tests_withdrawn, version,
};
use crate::domain::{
    facet::Facet, identifier::IdStatus, lang::Lang, names::NameKind, record::Relation,
};

words! {
/// Every fixed text of the pages, in one language.
Words {
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
    degraded: "A simpler search stands in for the usual one; some records may be missing.",
        "簡易検索で応答しています。一部の記録が表示されない場合があります。";
    nothing: "Nothing was found", "見つかりませんでした";
    try_spelling: "Check the spelling, or use fewer words: all of them must match.",
        "表記を確認するか、語を減らしてください。すべての語を含むものだけを検索します。";
    try_name: "Try another name, a number of another bank, or the disease in English, Japanese or kana.",
        "別名、他機関の番号、疾患名（英語・日本語・かな）でもお試しください。";
    try_filters: "Remove filters: only what passes every one of them is shown.",
        "絞り込み条件を解除してください。すべての条件に合うものだけを表示しています。";

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
    karyotypes: "Karyotype, as written and as read", "核型（表記と読み取り）";
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

    notices: "Notices", "お知らせ";
    lot: "Lot", "ロット";
    lots: "Lots", "ロット";
    lot_number: "Number at the bank", "保管機関でのロット番号";
    line: "Line", "細胞株";
    bank: "Bank", "保管機関";
    level: "Level", "バンクの段階";
    parent_lot: "Grown from lot", "親ロット";
    grown_lots: "Lots grown from it", "このロットから作製されたロット";
    passage: "Passage number", "継代数";
    frozen_on: "Frozen on", "凍結日";
    vials_made: "Vials made", "作製バイアル数";
    vials_stored: "Vials in stock", "在庫バイアル数";
    vials_shipped: "Vials shipped", "出荷バイアル数";
    cells_each: "Cells in one vial", "1本あたりの細胞数";
    culture: "Culture", "培養条件";
    medium: "Medium", "培地";
    matrix: "Matrix", "基質";
    feeder: "Feeder cells", "フィーダー細胞";
    passage_method: "Passaged by", "継代方法";
    oxygen: "Oxygen", "酸素濃度";
    carbon_dioxide: "Carbon dioxide", "二酸化炭素濃度";
    temperature: "Temperature", "温度";
    handling: "Handling sheet", "取扱説明書";
    thaw: "Thawing", "解凍方法";
    split_ratio: "Split ratio", "継代比率";
    biosafety_level: "Biosafety level", "バイオセーフティレベル";
    remarks: "Remarks", "備考";
    availability: "Availability", "提供状況";
    availability_today: "Today", "本日の状況";
    availability_history: "History", "提供状況の履歴";
    from_day: "From", "開始日";
    comment: "Comment", "コメント";
    present: "in force today", "現在";
    future: "announced", "予定";
    can_be_ordered: "Can be ordered", "注文の可否";
    cannot_by_state: "No", "不可";
    cannot_by_descent: "No: something that it comes from is not public, or its bank holds the line back.",
        "不可：由来する記録の一部が公開されていないか、保管機関が株の提供を保留しています。";
    no_lots: "No lot is on record here.", "当カタログにロットの記録がありません。";

    conformity: "Conformity to standards", "規格適合性";
    conformity_note: "Judged by all results on record, day by day anew. A pass speaks of these tests and not of permission to use.",
        "記録されているすべての結果から日ごとに判定しています。適合は試験結果についての判定であり、利用の許可ではありません。";
    level_unknown: "Not judged: nobody states at which level the lot stands.", "判定できません：ロットの段階の記載がありません。";
    no_standard: "No standard that is known here applies to it.", "適用される規格が登録されていません。";
    standard: "Standard", "品質規格";
    standards: "Quality control standards", "品質規格の一覧";
    standards_note: "Published standards as they are known here, each criterion with its source.",
        "公表されている品質規格です。各項目に出典を示します。";
    this_standard: "The standard, with the sources of its criteria", "規格の内容と各項目の出典";
    verdict: "Verdict", "判定";
    overall: "Overall verdict", "総合判定";
    judged_on: "Judged on", "判定日";
    subject: "Judged", "判定の対象";
    mandatory_criteria: "Mandatory criteria", "必須項目";
    criteria: "Criteria", "項目";
    criterion: "Criterion", "項目";
    why: "Why", "理由";
    results_used: "Results it rests on", "根拠となる結果";
    no_results: "None", "なし";
    result_hidden: "A result that is no longer public; its fail would stand.", "公開されていない結果（不適合であれば有効です）";
    demanded: "Demanded", "要件";
    obligation: "Obligation", "区分";
    information_only: "For information only", "参考のみ";
    methods_counted: "Methods that count", "有効な方法";
    any_method: "Any", "指定なし";
    levels: "Levels", "対象の段階";
    inherited_from: "also from", "次からも継承";
    asked_of: "asked only of", "次のみ対象";
    conditions: "Conditions", "条件";
    no_conditions: "None", "なし";
    citation: "Source and place in it", "出典と該当箇所";
    issuer: "Issuer", "発行者";
    version: "Version", "版";
    applies_to: "Applies to", "適用対象";
    published_at: "Published in", "公表元";

    quality_control: "Quality control", "品質管理";
    meets_by_lot: "Orderable lot that meets it", "適合する注文可能なロット";
    no_lot_meets: "No orderable lot meets it", "適合する注文可能なロットはありません";
    not_of_lots: "Not asked of lots", "ロットは対象外";
    not_of_lines: "Not asked of lines", "細胞株は対象外";
    line_itself: "The line itself", "細胞株自体";
    tests: "Tests", "試験";
    tests_of_line: "Tests of the line itself; those of a lot stand with the lot", "細胞株自体の試験（ロットの試験は各ロットのページにあります）";
    test: "Test", "試験項目";
    result: "Result", "結果";
    laboratory_verdict: "Laboratory's verdict", "試験機関の判定";
    sampled_on: "Sampled on", "採取日";
    method_and_laboratory: "Method, laboratory", "方法・試験機関";
    correction: "Correction", "訂正";
    uncorrected: "None", "なし";
    out_of_specification: "Out of specification, as declared by another than the tester: does not count",
        "規格外（試験者以外が承認）：無効";
    number: "Number", "番号";
    not_public: "Not public", "非公開";
    unreadable: "Not shown: it cannot be read with certainty", "表示しません（確実に読み取れない記載です）";
    method_unknown: "Stated, but none that is known here", "記載はあるが、未登録の方法";

    iscn_unread: "Not read as ISCN", "ISCNとして読み取れません";
    read_as: "Read as", "読み取り";
    metaphases: "Metaphases", "分裂中期細胞数";
    clones: "Clones", "クローン";
    chromosomes: "Chromosomes", "染色体数";
    abnormalities: "Abnormalities", "異常";
    no_abnormalities: "None", "なし";
    typings: "HLA and STR", "HLA型・STR";
    locus: "Locus", "座位";
    reading: "As read", "読み取り";
    hla_read: "HLA, as read", "HLA型（読み取り）";
    homozygosity: "Homozygosity at A, B and DRB1", "A・B・DRB1座のホモ接合性";

    unit: "Cord blood unit", "臍帯血ユニット";
    source_unit: "Source cord blood unit", "由来する臍帯血ユニット";
    unit_not_public: "Stated; the unit is no public record here.", "記載はありますが、ユニットの記録は公開されていません。";
    unit_lines: "Lines made of it", "このユニットから樹立された細胞株";
    unit_note: "Shown are no numbers of donation, bag or bank, nothing of the mother, and of dates the year.",
        "採取番号・バッグ番号・機関内番号と母親の情報は公開せず、日付は年のみを示します。";
    three_terms: "Three different words: “Unknown” is what a source says or what two leave open, “None stated” is that no source says anything, “Not done” is that the test was not done.",
        "「不明」は出典が不明とするものと出典の間で食い違うもの、「記載なし」は出典に何も書かれていないもの、「未実施」は検査が行われていないものです。";
    left_inventory: "No longer in the bank's inventory", "保管機関の最新の在庫目録にありません";
    left_inventory_note: "The bank's last inventory does not name this unit. What is shown is what was said before.",
        "保管機関の最新の在庫目録にこのユニットの記載がありません。表示しているのは以前の記載です。";
    status_as_sent: "as last sent by the bank", "保管機関の最後の報告";
    blood_group: "Blood group", "血液型";
    collected_in: "Collected in", "採取年";
    frozen_in: "Frozen in", "凍結年";
    cells: "Cells", "細胞数";
    cells_note: "Counts are of the whole unit.", "ユニット全体の値です。";
    before_processing: "Before processing", "調製前";
    as_frozen: "As frozen", "凍結時";
    mnc: "Mononuclear cells", "単核球数";
    nrbc: "Nucleated red cells", "有核赤血球数";
    volume: "Volume", "容量";
    viability_percent: "Viability", "生存率";
    processing: "Processing and freezing", "調製・凍結";
    processing_method: "Method", "調製方法";
    processing_system: "System", "調製装置";
    product_modification: "Modification", "処理内容";
    freezing_method: "Freezing", "凍結方法";
    bag_kind: "Bag, shares in percent", "バッグの分割（%）";
    bags: "Bags", "バッグ数";
    attached_segments: "Attached segments", "付属セグメント数";
    cultures: "Cultures", "培養検査";
    bacterial_culture: "Bacterial culture", "細菌培養";
    fungal_culture: "Fungal culture", "真菌培養";
    samples: "Retained samples", "保存検体";
    sample: "Sample", "検体";
    stored: "Stored", "保存の有無";
    there: "Yes", "あり";
    not_there: "No", "なし";
    aliquots: "Aliquots", "本数";
    products: "Products", "製品";
    purpose: "Purpose", "目的";
    purposes: "Purposes and consent", "目的と同意";
    consent: "Consent", "同意";

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
    bad_scope: "What is searched in must be lines, lots or units.",
        "検索対象はlines、lots、unitsのいずれかで指定してください。";
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
} }

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
        Facet::Transplant => pick(lang, "Transplantation", "移植用の提供"),
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
        Relation::Donor | Relation::SourceSample => words(lang).donor_lines,
        Relation::Line => words(lang).lots,
        Relation::SourceUnit => words(lang).unit_lines,
        Relation::ParentBatch => words(lang).grown_lots,
        Relation::Parent => words(lang).daughters,
        Relation::Disease => words(lang).disease_lines,
        Relation::Organization => words(lang).organization_lines,
        Relation::Subject => words(lang).tests,
        _ => words(lang).results,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_japanese(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    #[test]
    fn every_text_is_in_both_languages() {
        for (key, en, ja) in ALL.iter().chain(bank::ALL) {
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
}
