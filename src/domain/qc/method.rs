//! The methods of tests, as far as standards name them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::test_code::fold_name;
use crate::domain::{cell_line::coded, lang::Lang};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Pcr,
    Qpcr,
    RtPcr,
    Nat,
    Antibody,
    Antigen,
    Culture,
    IndicatorStain,
    TsbFtm,
    BactAlert,
    KineticTurbidimetric,
    PcrSbt,
    SnpPcr,
    GBanding,
    SpectralKaryotyping,
    Cgh,
    ArrayCgh,
    SnpArray,
    KaryoliteBobs,
    FlowCytometry,
    Immunostaining,
    EnzymaticAssay,
    ExpressionArray,
    RnaSequencing,
    WholeGenome,
    WholeExome,
    MethylationArray,
    TargetedPanel,
    InVivoTeratoma,
    InVitroSpontaneous,
    InVitroDirected,
    Scorecard,
}

coded!(Method {
    Pcr = "pcr", "PCR", "PCR法";
    Qpcr = "qpcr", "qPCR", "定量PCR法";
    RtPcr = "rt_pcr", "RT-PCR", "RT-PCR法";
    Nat = "nat", "NAT", "核酸増幅検査";
    Antibody = "antibody", "Antibody test", "抗体検査";
    Antigen = "antigen", "Antigen test", "抗原検査";
    Culture = "culture", "Culture", "培養法";
    IndicatorStain = "indicator_stain", "Indicator stain", "指標細胞染色法";
    TsbFtm = "tsb_ftm", "TSB + FTM", "TSB・FTM培地法";
    BactAlert = "bact_alert", "BacT/ALERT", "BacT/ALERT法";
    KineticTurbidimetric = "kinetic_turbidimetric", "Kinetic turbidimetric", "比濁時間分析法";
    PcrSbt = "pcr_sbt", "PCR-SBT", "PCR-SBT法";
    SnpPcr = "snp_pcr", "SNP PCR", "SNP-PCR法";
    GBanding = "g_banding", "G-banding", "G分染法";
    SpectralKaryotyping = "spectral_karyotyping", "Spectral (SKY)", "SKY法";
    Cgh = "cgh", "CGH", "CGH法";
    ArrayCgh = "array_cgh", "Array CGH", "アレイCGH法";
    SnpArray = "snp_array", "SNP array", "SNPアレイ法";
    KaryoliteBobs = "karyolite_bobs", "KaryoLite BoBs", "KaryoLite BoBs法";
    FlowCytometry = "flow_cytometry", "Flow cytometry", "フローサイトメトリー";
    Immunostaining = "immunostaining", "Immunostaining", "免疫染色";
    EnzymaticAssay = "enzymatic_assay", "Enzymatic assay", "酵素活性測定";
    ExpressionArray = "expression_array", "Expression microarray", "発現マイクロアレイ";
    RnaSequencing = "rna_sequencing", "RNA-seq", "RNAシーケンス";
    WholeGenome = "whole_genome", "Whole genome sequencing", "全ゲノムシーケンス";
    WholeExome = "whole_exome", "Whole exome sequencing", "全エクソームシーケンス";
    MethylationArray = "methylation_array", "Methylation array", "メチル化アレイ";
    TargetedPanel = "targeted_panel", "Targeted panel", "ターゲットパネル";
    InVivoTeratoma = "in_vivo_teratoma", "In vivo teratoma", "テラトーマ形成";
    InVitroSpontaneous = "in_vitro_spontaneous", "In vitro spontaneous differentiation", "自発的分化";
    InVitroDirected = "in_vitro_directed", "In vitro directed differentiation", "指向性分化誘導";
    Scorecard = "scorecard", "hPSC Scorecard", "hPSCスコアカード";
});

/// Other names, folded.
const ALIASES: [(&str, Method); 11] = [
    ("taqmanqpcr", Method::Qpcr),
    ("realtimepcr", Method::Qpcr),
    ("facs", Method::FlowCytometry),
    ("gband", Method::GBanding),
    ("gbanded", Method::GBanding),
    ("giemsagband", Method::GBanding),
    ("sky", Method::SpectralKaryotyping),
    ("acgh", Method::ArrayCgh),
    ("wgs", Method::WholeGenome),
    ("wes", Method::WholeExome),
    ("tsb+ftm", Method::TsbFtm),
];

/// The method of a result, as the laboratory wrote it and as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodUsed {
    pub text: String,
    /// `None` where the text names no method known here, or several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Method>,
}

impl MethodUsed {
    pub fn read(text: &str) -> Self {
        let folded = fold_name(text);
        let is_named = |method: &Method| {
            [method.code(), method.label(Lang::En), method.label(Lang::Ja)]
                .into_iter()
                .any(|name| fold_name(name) == folded)
        };
        let alias = || ALIASES.iter().find(|(name, _)| *name == folded).map(|(_, method)| *method);
        let code = Method::ALL.iter().copied().find(is_named).or_else(alias);
        Self { text: text.to_owned(), code }
    }

    /// The method; `None` where none is known, or where the text says another than the code.
    pub fn known(&self) -> Option<Method> {
        match (Self::read(&self.text).code, self.code) {
            (Some(reads), Some(code)) if reads != code => None,
            (reads, code) => code.or(reads),
        }
    }

    /// As two methods are compared: by code, or by name where there is none.
    pub fn folded(&self) -> String {
        self.known().map_or_else(|| fold_name(&self.text), |code| code.code().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_in_common_spellings() {
        for (text, code) in [
            ("qPCR", Method::Qpcr),
            ("BacT/ALERT", Method::BactAlert),
            ("PCR-SBT", Method::PcrSbt),
            ("G-band", Method::GBanding),
            ("TSB+FTM", Method::TsbFtm),
            ("培養法", Method::Culture),
            ("FACS", Method::FlowCytometry),
        ] {
            assert_eq!(MethodUsed::read(text).code, Some(code), "{text}");
        }
    }

    #[test]
    fn two_methods_in_one_text_are_not_read_as_one() {
        assert_eq!(MethodUsed::read("culture and indicator stain").code, None);
        assert_eq!(MethodUsed::read("").code, None);
    }

    #[test]
    fn no_name_is_that_of_two_methods() {
        for method in Method::ALL {
            for name in [method.code(), method.label(Lang::En), method.label(Lang::Ja)] {
                assert_eq!(MethodUsed::read(name).code, Some(*method), "{name}");
            }
        }
    }
}
