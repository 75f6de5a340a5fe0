// A figure over time with its interval as a band. Loaded only when it is shown: it brings ECharts with it. Canvas, because
// the policy of the page forbids the style attributes that an SVG chart is made of.

import { useMantineColorScheme } from '@mantine/core';
import { LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type ReactNode, useEffect, useRef } from 'react';
import type { MetricInfo, MetricValue } from '../../preload/contract/scorecard.ts';
import { formatMetric, nothing } from '../model/format.ts';
import { showMetric } from '../model/metric.ts';
import { useTextSize } from '../theme/text-size.ts';
import './trend-chart.css';

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

export type TrendValue = { label: string; metric: MetricValue | undefined };

const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Below n = 5 there is no figure, and so no point. */
const pointOf = (metric: MetricValue | undefined, unit: MetricInfo['unit']): number | null => {
  const { rule } = showMetric(metric, unit);
  return rule === 'hidden' || rule === 'none' ? null : (metric?.value ?? null);
};

export const TrendChart = ({
  label,
  unit,
  points,
  isPending,
}: {
  label: string;
  unit: MetricInfo['unit'];
  points: readonly TrendValue[];
  isPending: boolean;
}): ReactNode => {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const { percent } = useTextSize();
  const { colorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (box.current === null) return;
    const made = init(box.current, null, { renderer: 'canvas' });
    chart.current = made;
    const watcher = new ResizeObserver(() => made.resize());
    watcher.observe(box.current);
    return () => {
      watcher.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the style sheet, which the scheme changes
  useEffect(() => {
    const fontSize = (11 * percent) / 100;
    const [accent, dim, line] = [color('--accent'), color('--text-dim'), color('--line')];
    const isKnown = (metric: MetricValue | undefined): metric is MetricValue & { low: number; high: number } =>
      pointOf(metric, unit) !== null && metric?.low !== null && metric?.high !== null;
    const band = { type: 'line' as const, stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true };
    chart.current?.setOption(
      {
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize },
        grid: { left: 4, right: 12, top: 10, bottom: 2, containLabel: true },
        xAxis: {
          type: 'category',
          data: points.map((point) => point.label),
          axisLabel: { color: dim, fontSize, hideOverlap: true },
          axisLine: { lineStyle: { color: line } },
          axisTick: { show: false },
        },
        yAxis: {
          type: 'value',
          scale: unit !== 'count',
          splitNumber: 3,
          axisLabel: { color: dim, fontSize, formatter: (value: number) => formatMetric(value, unit) },
          splitLine: { lineStyle: { color: line } },
        },
        tooltip: {
          trigger: 'axis',
          // Drawn on the canvas: markup with styles in it would break the policy.
          renderMode: 'richText',
          backgroundColor: color('--surface-raised'),
          borderColor: line,
          textStyle: { color: color('--text'), fontSize },
          formatter: (entries: { dataIndex: number }[]) => {
            const point = points[entries[0]?.dataIndex ?? -1];
            return point === undefined
              ? ''
              : `${point.label}: ${showMetric(point.metric, unit).text} (n = ${point.metric?.n ?? 0})`;
          },
        },
        series: [
          { ...band, data: points.map(({ metric }) => (isKnown(metric) ? metric.low : null)) },
          {
            ...band,
            areaStyle: { color: accent, opacity: 0.14 },
            data: points.map(({ metric }) => (isKnown(metric) ? metric.high - metric.low : null)),
          },
          {
            type: 'line',
            data: points.map(({ metric }) => pointOf(metric, unit)),
            lineStyle: { color: accent, width: 2 },
            itemStyle: { color: accent },
            symbolSize: 6,
            connectNulls: false,
          },
        ],
      },
      { notMerge: true },
    );
  }, [points, unit, percent, colorScheme]);
  const words = points.map(({ label: at, metric }) => `${at}: ${metric ? showMetric(metric, unit).text : nothing}`);
  return (
    <div
      ref={box}
      className="trend"
      role="img"
      aria-busy={isPending}
      aria-label={`${label} over time. ${words.join('; ')}`}
    />
  );
};
