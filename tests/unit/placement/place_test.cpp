/// tests/unit/placement/place_test.cpp: what goes to a device of a given size, in which words, and what crosses its border.
#include "engine/backend/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/backend/placed_plan.h"
#include "engine/model/architecture.h"
#include "engine/model/kv_cache.h"
#include "engine/model/transformer.h"
#include "tests/support/shared_folder.h"

namespace soliloquy {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kContext = 256, kBatch = 32, kOutputs = 8;

/// The graph of a file, without memory for its cache.
struct Opened {
    explicit Opened(const std::filesystem::path& path) {
        auto opened = GgufFile::open(path);
        if (!opened.ok()) throw std::runtime_error(opened.error().message);
        file = std::make_unique<GgufFile>(std::move(opened).value());
        config = read_config(*file).value();
        weights = bind_weights(*file, config, {}).value();
        cache = KvCache::create(config, kContext, DType::f16, std::vector<bool>(config.n_layers, true)).value();
        forward = make_forward_graph(config, weights, cache);
    }
    [[nodiscard]] Placement placed(uint64_t free, PlacementWish wish = {}) const {
        return place(forward.graph, forward.parts, {.free_bytes = free, .reserve_bytes = 0}, wish, kBatch, kOutputs);
    }
    [[nodiscard]] std::vector<bool> where(const Placement& p, PartKind kind) const {
        std::vector<bool> layers;
        for (size_t i = 0; i < forward.parts.size(); ++i) {
            if (forward.parts[i].kind == kind) layers.push_back(p.on_device[i]);
        }
        return layers;
    }

    std::unique_ptr<GgufFile> file;
    ModelConfig config;
    ModelWeights weights;
    KvCache cache;
    ForwardGraph forward;
};

std::filesystem::path mini(const char* name) { return testing::source_folder() / "tests/golden/models/data" / name; }
const std::filesystem::path kMoe = mini("deepseek2-lite-Q4_K_M.gguf");

TEST(PlaceTest, parts_follow_each_other_and_cover_the_graph) {
    const Opened model(kMoe);
    size_t at = 0;
    for (const GraphPart& part : model.forward.parts) {
        EXPECT_EQ(part.first, at);
        EXPECT_GT(part.end, part.first);
        at = part.end;
    }
    EXPECT_EQ(at, model.forward.graph.ops().size());
    EXPECT_EQ(model.where(model.placed(0), PartKind::attention).size(), model.config.n_layers);
    EXPECT_EQ(model.where(model.placed(0), PartKind::experts).size(), model.config.n_layers - model.config.n_leading_dense);
}

TEST(PlaceTest, everything_goes_where_it_fits) {
    const Opened model(kMoe);
    const Placement all = model.placed(uint64_t{1} << 40);
    EXPECT_TRUE(all.is_whole());
    EXPECT_EQ(all.device_bytes, all.all_bytes);
    EXPECT_EQ(all.layers_on_device, model.config.n_layers);
    EXPECT_THAT(all.words, HasSubstr("everything on the GPU"));
    // Each byte of the file's tensors once, the caches, and the activations.
    uint64_t weights = 0;
    for (const GgufTensor& tensor : model.file->tensors()) weights += tensor.data.size();
    const uint64_t caches = KvCache::bytes_per_position(model.config, DType::f16) * kContext;
    EXPECT_GE(all.all_bytes, weights + caches);
    EXPECT_LE(all.all_bytes, weights + caches + (uint64_t{4} << 20));
    EXPECT_TRUE(model.placed(all.all_bytes).is_whole());
    EXPECT_FALSE(model.placed(all.all_bytes - 1).is_whole());
}

TEST(PlaceTest, a_smaller_device_loses_the_embedding_then_experts_from_the_first_layer_on_then_layers) {
    const Opened model(kMoe);
    const uint64_t all = model.placed(uint64_t{1} << 40).all_bytes;
    uint32_t steps = 0;
    size_t experts_before = 1000, layers_before = 1000;
    for (uint64_t free = all; free > all / 40; free -= all / 40) {
        const Placement p = model.placed(free);
        EXPECT_LE(p.device_bytes, free);
        const auto attention = model.where(p, PartKind::attention), experts = model.where(p, PartKind::experts);
        const auto count = [](const std::vector<bool>& which) { return static_cast<size_t>(std::count(which.begin(), which.end(), true)); };
        // Ascending by layer: false, ..., false, true, ..., true.
        EXPECT_TRUE(std::is_sorted(attention.begin(), attention.end()));
        EXPECT_TRUE(std::is_sorted(experts.begin(), experts.end()));
        EXPECT_LE(count(experts), experts_before);
        EXPECT_LE(count(attention), layers_before);
        if (count(experts) > 0) {
            EXPECT_EQ(count(attention), attention.size()) << "experts come after every attention";
        }
        if (model.where(p, PartKind::embedding).front()) {
            EXPECT_EQ(count(attention), attention.size());
        }
        steps += count(experts) < experts_before || count(attention) < layers_before ? 1 : 0;
        experts_before = count(experts), layers_before = count(attention);
        EXPECT_EQ(model.where(p, PartKind::output).front(), p.layers_on_device > 0);
    }
    EXPECT_GE(steps, 4u);
    const Placement nothing = model.placed(1000);
    EXPECT_FALSE(nothing.uses_device());
    EXPECT_EQ(nothing.device_bytes, 0u);
    EXPECT_THAT(nothing.words, HasSubstr("too little for one layer"));
}

TEST(PlaceTest, the_reserve_is_kept_free) {
    const Opened model(kMoe);
    const uint64_t all = model.placed(uint64_t{1} << 40).all_bytes;
    const Placement p =
        place(model.forward.graph, model.forward.parts, {.free_bytes = all, .reserve_bytes = all / 3}, {}, kBatch, kOutputs);
    EXPECT_LE(p.device_bytes, all - all / 3);
    EXPECT_EQ(usual_reserve(uint64_t{8} << 30), (uint64_t{8} << 30) / 10);
    EXPECT_EQ(usual_reserve(uint64_t{80} << 30), uint64_t{1} << 30);
    EXPECT_EQ(usual_reserve(0), uint64_t{128} << 20);
}

TEST(PlaceTest, wishes_are_followed_even_where_they_do_not_fit) {
    const Opened model(kMoe);
    const uint32_t n = model.config.n_layers;
    for (uint32_t layers = 0; layers <= n + 1; ++layers) {
        const Placement p = model.placed(1, {.gpu_layers = layers});
        EXPECT_EQ(p.layers_on_device, std::min(layers, n));
        const auto attention = model.where(p, PartKind::attention);
        for (uint32_t i = 0; i < n; ++i) EXPECT_EQ(attention[i], i + layers >= n) << i;
    }
    EXPECT_THAT(model.placed(1, {.gpu_layers = 0}).words, HasSubstr("as asked"));
    const auto n_moe = n - model.config.n_leading_dense;
    for (uint32_t kept = 0; kept <= n_moe + 1; ++kept) {
        const Placement p = model.placed(uint64_t{1} << 40, {.cpu_experts = kept});
        const auto experts = model.where(p, PartKind::experts);
        for (uint32_t i = 0; i < n_moe; ++i) EXPECT_EQ(experts[i], i >= kept) << i;
        EXPECT_EQ(p.layers_on_device, n);
    }
    EXPECT_THAT(
        model.placed(uint64_t{1} << 40, {.cpu_experts = 1}).words,
        HasSubstr("experts of " + std::to_string(n_moe - 1) + " of " + std::to_string(n_moe) + " layers on the GPU, of 1 on the CPU"));
}

TEST(PlaceTest, only_what_the_other_side_reads_crosses) {
    const Opened model(kMoe);
    const Graph& graph = model.forward.graph;
    const Placement p = model.placed(uint64_t{1} << 40, {.cpu_experts = 1});
    const auto segments = cut_into_segments(graph, p.ops_on_device(model.forward.parts), {&model.forward.logits, 1});
    ASSERT_EQ(segments.size(), 3u);
    const auto names = [&](const std::vector<Tensor>& tensors) {
        std::vector<std::string> all;
        for (const Tensor t : tensors) all.push_back(graph[t].name);
        return all;
    };
    EXPECT_TRUE(segments[0].on_device);
    EXPECT_FALSE(segments[1].on_device);
    EXPECT_THAT(names(segments[0].segment.results), ::testing::UnorderedElementsAre("h", "expert_ids", "expert_weights", "x"));
    EXPECT_THAT(names(segments[1].segment.inputs), ::testing::UnorderedElementsAre("h", "expert_ids", "expert_weights", "x"));
    EXPECT_THAT(names(segments[1].segment.results), ::testing::ElementsAre("x"));
    EXPECT_THAT(names(segments[2].segment.inputs), ::testing::ElementsAre("x")) << "h is still there";
    EXPECT_THAT(names(segments[2].segment.results), ::testing::ElementsAre("logits"));
    EXPECT_FALSE(segments[2].only_outputs);
}

TEST(PlaceTest, bytes_are_written_for_people) {
    EXPECT_EQ(bytes_in_words(8'240'000'000), "8.2 GB");
    EXPECT_EQ(bytes_in_words(430'000'000), "430 MB");
    EXPECT_EQ(bytes_in_words(1'500'000), "1.5 MB");
}

}  // namespace
}  // namespace soliloquy
