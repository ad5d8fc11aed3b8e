//! The words of notices, certificates, holdings and findings, and of the search in lots and units.

use crate::domain::lang::Lang;

words! {
/// The fixed texts of the pages of a bank's own records, in one language.
BankWords {
    notice: "Notice", "お知らせ";
    notice_of_no_kind: "Notice that does not say what it does; it stops every order",
        "種別の記載がないお知らせ（すべての提供を停止します）";
    notices: "Open notices", "有効なお知らせ";
    no_notices: "None", "なし";
    past_notices: "Notices that do not hold today", "現在有効でないお知らせ";
    holds_today: "Holds today", "現在有効";
    closed: "Closed", "終了";
    announced: "Announced; does not hold yet", "予告（未発効）";
    not_closed: "Not closed", "終了していません";
    title: "Title", "表題";
    concerns: "Concerns", "対象";
    concerns_line: "the line itself, with all its lots and holdings", "この細胞株（すべてのロットと保有を含む）";
    about: "What it is about", "対象";
    not_public_here: "Stated; the record is not public here.", "記載はありますが、記録は公開されていません。";
    uses: "Uses concerned", "対象となる用途";
    every_use: "Every use", "すべての用途";
    recall_class: "Class of the recall", "回収の分類";
    issued_on: "Issued on", "発行日";
    holds_from: "Holds from", "発効日";
    told_on: "Every recipient told on", "全提供先への通知完了日";
    closed_on: "Closed on", "終了日";
    closing: "Why it was closed", "終了の理由";

    certificate: "Certificate of analysis", "試験成績書";
    certificates: "Certificates of analysis", "試験成績書";
    no_certificates: "No certificate is on record here.", "当カタログに試験成績書の記録がありません。";
    certificate_number: "Certificate number", "成績書番号";
    approver: "Approved by", "承認者";
    approver_note: "did none of the tests", "いずれの試験も実施していない者";
    at_issue: "by the name on the day of issue", "発行日の名称";
    verdict_at_issue: "Verdict at issue", "発行日の判定";
    supersedes: "Takes the place of", "差し替え元";
    nothing_superseded: "No earlier certificate", "なし";
    superseded: "Superseded by a later certificate", "新しい試験成績書に差し替え済み";
    frozen: "What is certified is kept as it was issued. What has happened since stands above.",
        "証明内容は発行時のまま保存しています。発行後の変更は上部に示します。";
    seal: "Integrity", "完全性";
    sha256: "SHA-256 of what is certified", "証明内容のSHA-256";
    revision: "Takes into account up to revision", "反映している改訂番号";
    is_sound: "Content and hash agree", "内容とハッシュ値の一致";
    sound: "Yes: it is what was hashed when it was issued.", "はい：発行時の内容のままです。";
    unsound: "The content is not what was hashed when it was issued", "内容が発行時のハッシュ値と一致しません";
    unsound_note: "Do not rely on it; ask the issuer.", "使用せず、発行者に確認してください。";
    subject_gone: "The lot or unit that it certifies is not public here", "対象のロットまたはユニットは公開されていません";
    subject_gone_note: "The record was withdrawn, merged or never public. Ask the issuer before you rely on the certificate.",
        "記録は公開取消・統合されたか、公開されたことがありません。使用の前に発行者に確認してください。";
    no_content: "It holds no content.", "内容がありません。";
    result_gone: "A test that is no longer public", "公開されていない試験";
    no_longer_public: "Tests on it were withdrawn", "記載の試験に公開取消があります";
    verdict_changed: "The verdict is another today", "現在の判定は発行日と異なります";
    numbers_of_lot: "Numbers at the bank", "保管機関での番号";
    no_tests_shown: "No test on it is public.", "公開されている試験はありません。";

    where_to_get: "Where to get it", "入手先";
    no_holdings: "No bank's holding is on record here. Lots may be all the same: see below.",
        "保有機関の記録がありません。ロットがある場合は下記を参照してください。";
    holding: "Holding", "保有";
    holdings: "Lines held", "保有する細胞株";
    lots_kept: "Lots kept", "保管するロット";
    catalogue_number: "Catalogue number", "カタログ番号";
    fees: "Fees", "手数料";
    came_as: "Came to the bank as", "受入の形態";
    depositors_conditions: "Depositor's conditions", "寄託者の条件";
    cannot_by_notice: "No: an open notice stops it.", "不可：有効なお知らせにより停止中です。";
    cannot_by_intake: "No: the bank has not released it from intake.", "不可：受入手続きが完了していません。";

    findings: "What does not fit together", "記録の照合";
    no_findings: "The cross-checks found nothing to tell. What is not on record was not compared.",
        "照合で報告する事項はありません。記録のない項目は比較していません。";
    findings_note: "Found by rules that compare records. A difference is a question to the bank and the curator before it is an error of anybody.",
        "記録を比較する規則による結果です。相違はまず機関と担当者への確認事項であり、直ちに誤りを意味しません。";
    finding: "Finding", "項目";
    severity: "Weight", "重み";
    what_was_found: "What was found", "内容";
    compared_with: "Compared with", "比較対象";
    nothing_compared: "None", "なし";

    search_in: "Search in", "検索対象";
    lines: "Cell lines", "細胞株";
    lots: "Lots", "ロット";
    units: "Cord blood units", "臍帯血ユニット";
    tnc: "TNC", "総有核細胞数";
    cd34: "CD34+", "CD34陽性細胞数";
    transplantation: "Transplantation", "移植用の提供";
    held_for: "Held for, with consent", "用途（同意あり）";
} }

pub(in crate::web) fn bank_words(lang: Lang) -> &'static BankWords {
    match lang {
        Lang::En => &EN,
        Lang::Ja => &JA,
    }
}
