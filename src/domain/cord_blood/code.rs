//! The coded values of a cord-blood unit. A code is that of the BMDW and EMDIS exchange where there is one, so that
//! what a file wrote, what is stored and what a facet shows are one word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{cell_line::coded, lang::Lang};

/// Declares an enum by its codes, which are also its form in JSON, and its labels.
macro_rules! exchanged {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $code:literal, $en:literal, $ja:literal;)* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        pub enum $type { $(#[serde(rename = $code)] $variant,)* }

        coded!($type { $($variant = $code, $en, $ja;)* });
    };
}

exchanged! {
    /// An answer that is known or not. What nobody answered is `Unknown` and never counts as a yes.
    Answer {
        Yes = "yes", "Yes", "はい";
        No = "no", "No", "いいえ";
        Unknown = "unknown", "Unknown", "不明";
    }
}

exchanged! {
    /// What a unit is held for.
    Purpose {
        Transplant = "transplant", "Transplantation", "移植";
        Research = "research", "Research", "研究";
    }
}

exchanged! {
    Abo {
        A = "A", "A", "A型";
        B = "B", "B", "B型";
        O = "O", "O", "O型";
        Ab = "AB", "AB", "AB型";
    }
}

exchanged! {
    RhD {
        Positive = "P", "RhD positive", "RhD陽性";
        Negative = "N", "RhD negative", "RhD陰性";
    }
}

exchanged! {
    /// The ethnic groups of the exchange: two letters where no more is known, four where it is.
    Ethnicity {
        African = "AF", "African", "アフリカ系";
        NorthAfrican = "AFNA", "African: North Africa", "アフリカ系(北アフリカ)";
        SubSaharanAfrican = "AFSS", "African: Sub-Saharan Africa", "アフリカ系(サハラ以南)";
        Asian = "AS", "Asian", "アジア系";
        SouthwestAsian = "ASSW", "Asian: Southwest Asia", "アジア系(西アジア)";
        SouthAsian = "ASSO", "Asian: South Asia", "アジア系(南アジア)";
        CentralAsian = "ASCE", "Asian: Central Asia", "アジア系(中央アジア)";
        SoutheastAsian = "ASSE", "Asian: Southeast Asia", "アジア系(東南アジア)";
        NortheastAsian = "ASNE", "Asian: Northeast Asia", "アジア系(北東アジア)";
        Oceanian = "ASOC", "Asian: Oceania", "アジア系(オセアニア)";
        Caucasian = "CA", "Caucasian", "コーカサス系";
        EuropeanCaucasian = "CAEU", "Caucasian: Europe", "コーカサス系(ヨーロッパ)";
        EastRussianCaucasian = "CAER", "Caucasian: Eastern Russia", "コーカサス系(ロシア東部)";
        NorthAmericanCaucasian = "CANA", "Caucasian: North America", "コーカサス系(北米)";
        AustralianCaucasian = "CAAU", "Caucasian: Australia and New Zealand", "コーカサス系(豪州)";
        Hispanic = "HI", "Hispanic", "ヒスパニック系";
        CentralAmericanHispanic = "HICA", "Hispanic: Central America", "ヒスパニック系(中米)";
        SouthAmericanHispanic = "HISA", "Hispanic: South America", "ヒスパニック系(南米)";
        Mixed = "MX", "Mixed", "複数";
        Other = "OT", "Other", "その他";
        Unknown = "UK", "Unknown", "不明";
    }
}

exchanged! {
    /// The 32-base deletion of CCR5.
    Ccr5 {
        Deleted = "DD", "Deletion, homozygous", "欠失ホモ接合";
        Heterozygous = "DW", "Deletion, heterozygous", "欠失ヘテロ接合";
        WildType = "WW", "Wild type", "野生型";
    }
}

exchanged! {
    ProcessingMethod {
        HydroxyethylStarch = "HES", "Hydroxyethyl starch", "HES法";
        DensityGradient = "DGS", "Density gradient separation", "密度勾配遠心法";
        Centrifugation = "CEN", "Centrifugation", "遠心分離";
        Filtration = "FIL", "Filtration", "フィルター法";
        Ficoll = "FIC", "Ficoll", "フィコール";
        Percoll = "PER", "Percoll", "パーコール";
        Other = "OTH", "Other", "その他";
    }
}

exchanged! {
    /// By hand, or with which device.
    ProcessingSystem {
        Manual = "MAN", "Manual", "用手法";
        Sepax = "SPX", "Sepax", "Sepax";
        Optipress = "OTP", "Optipress II", "Optipress II";
        Axp = "AXP", "AXP", "AXP";
        Other = "OTH", "Other", "その他";
    }
}

exchanged! {
    ProductModification {
        BuffyCoat = "BCE", "Buffy coat enriched", "バフィーコート濃縮";
        DensityEnriched = "DNE", "Density enriched", "密度濃縮";
        PlasmaReduced = "PLR", "Plasma reduced", "血漿除去";
        PlasmaAndRedCellsReduced = "PRR", "Plasma and red cells reduced", "血漿・赤血球除去";
        RedCellsReduced = "RBR", "Red cells reduced", "赤血球除去";
        None = "NOT", "Not reduced", "除去なし";
        Other = "OTH", "Other", "その他";
    }
}

exchanged! {
    /// How the volume was reduced, in EMDIS; the BMDW inventory has no such field.
    VolumeReduction {
        HydroxyethylStarch = "HES", "Hydroxyethyl starch", "HES法";
        DensityGradient = "DGS", "Density gradient separation", "密度勾配遠心法";
        Centrifugation = "CEN", "Centrifugation", "遠心分離";
        Filtration = "FIL", "Filtration", "フィルター法";
        Ficoll = "FIC", "Ficoll", "フィコール";
        Percoll = "PER", "Percoll", "パーコール";
        None = "NOT", "Not reduced", "減量なし";
        Other = "OTH", "Other", "その他";
        Unknown = "UNK", "Unknown", "不明";
    }
}

exchanged! {
    FreezingMethod {
        ControlledRate = "C", "Controlled rate", "プログラムフリーザー";
        Manual = "M", "Manual", "用手法";
    }
}

exchanged! {
    /// The shares of a split bag in percent.
    BagKind {
        EightyTwenty = "80/20", "80/20", "80/20";
        FiftyFifty = "50/50", "50/50", "50/50";
        FortySixty = "40/60", "40/60", "40/60";
        NotSplit = "NS", "Not split", "分割なし";
    }
}

exchanged! {
    Culture {
        Positive = "P", "Positive", "陽性";
        Negative = "N", "Negative", "陰性";
        NotDone = "D", "Not done", "未実施";
    }
}

exchanged! {
    HaemoglobinopathyScreening {
        Normal = "DN", "Screened, normal", "検査済・正常";
        Unusual = "DU", "Screened, unusual findings", "検査済・所見あり";
        NotScreened = "NS", "Not screened", "未実施";
        AtRelease = "CD", "Can be screened at release", "出庫時に検査可";
        CannotBeScreened = "NC", "Cannot be screened", "検査不可";
        Thalassaemia = "DT", "Thalassaemia", "サラセミア";
        Drepanocytosis = "DD", "Drepanocytosis", "鎌状赤血球症";
    }
}

exchanged! {
    /// Which cells a viability was measured on.
    ViabilityCells {
        Nucleated = "TNC", "Nucleated cells", "有核細胞";
        Cd34 = "CD34PC", "CD34+ cells", "CD34陽性細胞";
        Cd45 = "CD45PC", "CD45+ cells", "CD45陽性細胞";
    }
}

exchanged! {
    ViabilityMethod {
        SevenAad = "7A", "7-AAD", "7-AAD";
        PropidiumIodide = "PI", "Propidium iodide", "ヨウ化プロピジウム";
        TrypanBlue = "TB", "Trypan blue", "トリパンブルー";
        Other = "OT", "Other", "その他";
    }
}

exchanged! {
    /// What confirmatory typing was done on.
    TypingSample {
        AttachedSegment = "AS", "Attached segment", "付属セグメント";
        WholeBlood = "WB", "Whole blood", "全血";
        RedCells = "RC", "Red cell fraction", "赤血球分画";
        FilterPaper = "FP", "Blood-spotted filter paper", "ろ紙血";
        Dna = "ED", "Extracted DNA", "抽出DNA";
    }
}

exchanged! {
    /// What is kept beside a unit; each kind is a record of its own.
    SampleKind {
        RedCells = "red_cells", "Red cell fraction", "赤血球分画";
        Serum = "serum", "Serum", "血清";
        Plasma = "plasma", "Plasma", "血漿";
        Dna = "dna", "DNA", "DNA";
        Other = "other", "Other than DNA", "DNA以外";
    }
}

exchanged! {
    Locus {
        A = "A", "HLA-A", "HLA-A";
        B = "B", "HLA-B", "HLA-B";
        C = "C", "HLA-C", "HLA-C";
        Drb1 = "DRB1", "HLA-DRB1", "HLA-DRB1";
        Drb3 = "DRB3", "HLA-DRB3", "HLA-DRB3";
        Drb4 = "DRB4", "HLA-DRB4", "HLA-DRB4";
        Drb5 = "DRB5", "HLA-DRB5", "HLA-DRB5";
        Dqa1 = "DQA1", "HLA-DQA1", "HLA-DQA1";
        Dqb1 = "DQB1", "HLA-DQB1", "HLA-DQB1";
        Dpa1 = "DPA1", "HLA-DPA1", "HLA-DPA1";
        Dpb1 = "DPB1", "HLA-DPB1", "HLA-DPB1";
    }
}

exchanged! {
    TypingMethod {
        Serology = "SER", "Serology", "血清学的";
        Dna = "DNA", "DNA", "DNA";
    }
}

exchanged! {
    /// Whether the gene is there, not which allele.
    KirPresence {
        Present = "POS", "Present", "あり";
        Absent = "NEG", "Absent", "なし";
    }
}

exchanged! {
    /// A test for an infection, of the unit or of the mother.
    Marker {
        Cmv = "CMV", "Cytomegalovirus antibody", "CMV抗体";
        CmvNat = "CMV_NAT", "Cytomegalovirus NAT", "CMV NAT";
        HbsAg = "HBS_AG", "Hepatitis B surface antigen", "HBs抗原";
        AntiHbc = "ANTI_HBC", "Antibody to hepatitis B core antigen", "HBc抗体";
        AntiHbs = "ANTI_HBS", "Antibody to hepatitis B surface antigen", "HBs抗体";
        AntiHcv = "ANTI_HCV", "Antibody to hepatitis C virus", "HCV抗体";
        AntiHiv = "ANTI_HIV_12", "Antibody to HIV 1/2", "HIV-1/2抗体";
        HivNat = "HIV_1_NAT", "HIV-1 NAT", "HIV-1 NAT";
        HivP24 = "HIV_P24", "HIV p24 antigen", "HIV p24抗原";
        HcvNat = "HCV_NAT", "Hepatitis C NAT", "HCV NAT";
        AntiHtlv = "ANTI_HTLV", "Antibody to HTLV I/II", "HTLV-I/II抗体";
        Syphilis = "SYPHILIS", "Syphilis", "梅毒";
        Wnv = "WNV", "West Nile virus", "ウエストナイルウイルス";
        Chagas = "CHAGAS", "Chagas disease", "シャーガス病";
        Ebv = "EBV", "Epstein-Barr virus antibody", "EBV抗体";
        Toxo = "TOXO", "Toxoplasmosis antibody", "トキソプラズマ抗体";
        HbvNat = "HBV_NAT", "Hepatitis B NAT", "HBV NAT";
        Pb19Nat = "PB19_NAT", "Parvovirus B19 NAT", "パルボウイルスB19 NAT";
    }
}

exchanged! {
    /// The antibody tests may tell the classes of immunoglobulin apart; all others know positive and negative only.
    MarkerResult {
        Positive = "P", "Positive", "陽性";
        Negative = "N", "Negative", "陰性";
        IgGOnly = "G", "IgG positive, IgM negative", "IgG陽性・IgM陰性";
        IgMOnly = "M", "IgG negative, IgM positive", "IgG陰性・IgM陽性";
        IgGAndIgM = "B", "IgG and IgM positive", "IgG・IgM陽性";
        IgGPositive = "H", "IgG positive, IgM not tested", "IgG陽性・IgM未実施";
        IgGNegative = "O", "IgG negative, IgM not tested", "IgG陰性・IgM未実施";
    }
}

exchanged! {
    /// The status that a bank sends.
    InputStatus {
        Available = "AV", "Available", "提供可";
        Unavailable = "TU", "Temporarily unavailable", "一時提供停止";
        Reserved = "RS", "Reserved", "予約済";
        Deleted = "DE", "Permanently unavailable", "提供終了";
    }
}

exchanged! {
    /// Why a unit has the status a bank sends.
    StatusReason {
        Quarantined = "QR", "Quarantined", "保留中";
        Administrative = "AD", "Administrative", "事務上の理由";
        Destroyed = "CD", "Destroyed or damaged", "廃棄・破損";
        Distributed = "DS", "Distributed for infusion", "移植用に出庫";
        Expired = "XP", "Expired", "期限切れ";
        Medical = "MR", "Medical reasons", "医学的理由";
        Moved = "MO", "Moved", "移動";
        Other = "OT", "Other", "その他";
        Unknown = "UK", "Unknown", "不明";
    }
}

exchanged! {
    /// The status that a registry answers.
    RegistryStatus {
        Available = "AV", "Available", "提供可";
        Active = "AC", "Active for a patient", "患者に対し手続中";
        NotAvailable = "NA", "Not available", "提供不可";
        Unavailable = "TU", "Temporarily unavailable", "一時提供停止";
    }
}

exchanged! {
    /// The status a unit has at its own bank.
    LocalStatus {
        Available = "AV", "Available", "提供可";
        NoSample = "NS", "Available, no sample for tests", "提供可・検査用検体なし";
        Reserved = "RSO", "Reserved", "予約済";
        Quarantined = "QR", "Quarantined", "保留中";
        Other = "OT", "Unavailable, other reasons", "その他の理由で提供不可";
        Destroyed = "CD", "Destroyed", "廃棄";
        ShippedOut = "SO", "Shipped out", "出庫済";
        Expired = "XP", "Expired", "期限切れ";
        NotAvailable = "NA", "Not available", "提供不可";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form in JSON is the code, and the code reads back.
    macro_rules! agree {
        ($($type:ident)*) => {
            $(for one in $type::ALL.iter().copied() {
                let json = serde_json::to_value(one).unwrap();
                assert_eq!(json, one.code(), "{}", stringify!($type));
                assert_eq!($type::from_code(one.code()), Some(one));
                assert_eq!(serde_json::from_value::<$type>(json).unwrap(), one);
            })*
        };
    }

    #[test]
    fn json_and_codes_are_one_word() {
        agree!(Answer Purpose Abo RhD Ethnicity Ccr5 ProcessingMethod ProcessingSystem);
        agree!(ProductModification VolumeReduction FreezingMethod BagKind Culture);
        agree!(HaemoglobinopathyScreening ViabilityCells ViabilityMethod TypingSample SampleKind);
        agree!(Locus TypingMethod KirPresence Marker MarkerResult InputStatus StatusReason);
        agree!(RegistryStatus LocalStatus);
    }
}
