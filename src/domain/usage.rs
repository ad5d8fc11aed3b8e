//! Who uses cells, and for what: the two are asked apart, for a non-profit body that does commercial work is bound as
//! commercial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{cell_line::coded, lang::Lang};

/// The kind of body that uses the cells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    Academic,
    NonProfit,
    ForProfit,
    Public,
}

coded!(UserType {
    Academic = "academic", "Academic", "大学等";
    NonProfit = "non_profit", "Non-profit", "非営利機関";
    ForProfit = "for_profit", "For-profit", "営利機関";
    Public = "public", "Public body", "公的機関";
});

/// What cells are used for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UsePurpose {
    DiseaseMechanism,
    DrugDiscovery,
    ToxicityTesting,
    Diagnosis,
    RegenerativeMedicine,
    InternalResearch,
    ContractTesting,
    ProductDevelopment,
    Sale,
    ClinicalUse,
    Teaching,
    GermCellCreation,
    Fertilisation,
    EmbryoTransfer,
    ChimeraTransfer,
}

coded!(UsePurpose {
    DiseaseMechanism = "disease_mechanism", "Disease mechanism", "病態解明";
    DrugDiscovery = "drug_discovery", "Drug discovery", "創薬";
    ToxicityTesting = "toxicity_testing", "Toxicity testing", "毒性試験";
    Diagnosis = "diagnosis", "Diagnosis", "診断";
    RegenerativeMedicine = "regenerative_medicine", "Regenerative medicine research", "再生医療研究";
    InternalResearch = "internal_research", "Internal research and development", "社内研究開発";
    ContractTesting = "contract_testing", "Contract testing", "受託試験";
    ProductDevelopment = "product_development", "Product development", "製品開発";
    Sale = "sale", "Sale", "販売";
    ClinicalUse = "clinical_use", "Clinical use", "臨床使用";
    Teaching = "teaching", "Teaching", "教育";
    GermCellCreation = "germ_cell_creation", "Creation of germ cells", "生殖細胞の作成";
    Fertilisation = "fertilisation", "Fertilisation", "受精";
    EmbryoTransfer = "embryo_transfer", "Transfer of an embryo", "胚の移植";
    ChimeraTransfer = "chimera_transfer", "Transfer of a chimera", "キメラ胚の移植";
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_words_of_the_json() {
        for user in UserType::ALL {
            assert_eq!(serde_json::json!(user), serde_json::json!(user.code()));
        }
        for purpose in UsePurpose::ALL {
            assert_eq!(serde_json::json!(purpose), serde_json::json!(purpose.code()));
        }
    }
}
